//! Visits that hospitals send, and that were refused without need.

use abdm_fhir::visit::{Rule, VisitDocument, VisitErrors};
use abdm_fhir::{HiType, documents};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::{OUTPATIENT, all, built, changed, context, section, urn};

fn parse(change: impl FnOnce(&mut Value)) -> Result<VisitDocument, VisitErrors> {
    VisitDocument::parse(changed(OUTPATIENT, change).as_bytes())
}

fn refused(change: impl FnOnce(&mut Value)) -> (String, Rule) {
    let errors = parse(change).unwrap_err();
    let [error] = errors.as_slice() else { panic!("{errors}") };
    (error.path.clone(), error.rule)
}

fn note(change: impl FnOnce(&mut Value)) -> Value {
    built(HiType::OpConsultation, change).1
}

#[test]
fn a_newborn_is_as_old_as_the_day_at_the_facility_says() {
    let born = |birth: &str, visit: &str| {
        let (birth, visit) = (json!(birth), json!(visit));
        parse(|document| {
            document["beneficiary"]["dateOfBirth"] = birth;
            document["visit"]["visitDate"] = visit;
            document["visit"].as_object_mut().unwrap().remove("endTime");
        })
        .map(|_| ())
    };
    // 01:45 on the 2nd in India.
    assert_eq!(born("2026-03-02", "2026-03-01T20:15:00Z"), Ok(()));
    assert_eq!(born("2026-03-02", "2026-03-01T16:00:00-04:00"), Ok(()));
    assert_eq!(born("2026-03", "2026-02-28T20:15:00Z"), Ok(()));
    assert_eq!(born("2026-03-02", "2026-03-02T00:30:00+07:00"), Ok(()), "as it was written");
    assert!(born("2026-03-02", "2026-03-01T18:15:00Z").is_err());
    assert!(born("2026-03-03", "2026-03-02T00:15:00+05:30").is_err());
}

#[test]
fn codes_and_record_numbers_are_what_the_network_takes_as_references() {
    for number in ["OPD-2026-00012", "MRN/2026/000123", "A (2) @ward_1, bed.3", r"a\b:c"] {
        let (_, bundle) = built(HiType::OpConsultation, |visit| {
            visit["visit"]["visitCode"] = json!(number);
            visit["beneficiary"]["beneficiaryId"] = json!(number);
            visit["beneficiary"]["beneficiaryRegId"] = json!(number);
            let patient = visit["beneficiary"].as_object_mut().unwrap();
            patient.retain(|name, _| !name.starts_with("abha"));
        });
        assert_eq!(all(&bundle, "Encounter")[0]["identifier"][0]["value"], number);
        assert_eq!(all(&bundle, "Patient")[0]["identifier"][0]["value"], number);
        assert_eq!(bundle["identifier"]["value"], format!("{number}-OPConsultation-2"));
    }
    for number in ["", "दो", "a\"b", "<b>", "a;b", &"1".repeat(256)] {
        let at = ("visit.visitCode".to_owned(), Rule::Pattern);
        assert_eq!(refused(|visit| visit["visit"]["visitCode"] = json!(number)), at, "{number}");
    }
}

#[test]
fn a_gender_is_read_in_any_letter_case() {
    for (word, code) in [
        ("Other", "other"),
        ("OTHER", "other"),
        ("transGender", "other"),
        ("MALE", "male"),
        ("female", "female"),
        ("unknown", "unknown"),
    ] {
        let note = note(|visit| visit["beneficiary"]["gender"] = json!(word));
        assert_eq!(all(&note, "Patient")[0]["gender"], code, "{word}");
    }
    let at = ("beneficiary.gender".to_owned(), Rule::Enum);
    assert_eq!(refused(|visit| visit["beneficiary"]["gender"] = json!("F")), at);
}

#[test]
fn a_registry_number_may_come_without_dashes_and_leaves_with_them() {
    let note = note(|visit| visit["practitioner"]["hprId"] = json!("71000022223333"));
    let doctor = all(&note, "Practitioner")[0];
    assert_eq!(doctor["identifier"][0]["value"], "71-0000-2222-3333");
    let at = ("practitioner.hprId".to_owned(), Rule::Pattern);
    assert_eq!(refused(|visit| visit["practitioner"]["hprId"] = json!("7100002222333")), at);
}

#[test]
fn the_number_of_a_council_is_an_identifier_of_its_register() {
    let identifiers = |designation: Option<&str>, has_hpr: bool| {
        let note = note(|visit| {
            let person = visit["practitioner"].as_object_mut().unwrap();
            person.remove("qualification");
            person.remove("designation");
            if let Some(designation) = designation {
                person.insert("designation".to_owned(), json!(designation));
            }
            if !has_hpr {
                person.remove("hprId");
            }
            person.insert("registrationNumber".to_owned(), json!("KMC-12345"));
            person.insert("registrationCouncil".to_owned(), json!("Karnataka Medical Council"));
        });
        all(&note, "Practitioner")[0]["identifier"].as_array().unwrap().clone()
    };
    let both = identifiers(Some("Medical Officer"), true);
    assert_eq!(both[0]["system"], "https://doctor.ndhm.gov.in");
    assert_eq!(both[1]["system"], "https://www.nmc.org.in");
    for (designation, code, system) in [
        (Some("Medical Officer"), "MD", "https://www.nmc.org.in"),
        (Some("Staff Nurse"), "RN", "https://www.indiannursingcouncil.org"),
        (Some("Pharmacist"), "RPH", "https://www.pci.nic.in"),
        (None, "LN", "https://emr.example.org"),
    ] {
        let alone = identifiers(designation, false);
        assert_eq!(alone.len(), 1, "an employee number only stands in for a registry");
        assert_eq!(alone[0]["type"]["coding"][0]["code"], code);
        assert_eq!(alone[0]["system"], system);
        assert_eq!(alone[0]["value"], "KMC-12345");
        assert_eq!(alone[0]["assigner"]["display"], "Karnataka Medical Council");
    }
}

#[test]
fn several_practitioners_are_told_with_what_they_did() {
    let (document, note) = built(HiType::OpConsultation, |visit| {
        let doctor = visit["practitioner"].clone();
        visit["practitioner"] = json!([
            { "userId": "9002", "fullName": "Sister Leela", "designation": "Staff Nurse", "roles": ["performer"] },
            doctor,
            { "userId": "9003", "fullName": "Dr. Asmita Kale", "roles": ["attester", "consultant"] }
        ]);
        visit["practitioner"][1]["roles"] = json!(["author", "attending"]);
    });
    assert!(document.is_fit(), "{:?}", document.findings);
    let people = all(&note, "Practitioner");
    assert_eq!(people.len(), 3);
    let composition = &note["entry"][0]["resource"];
    assert_eq!(composition["author"].as_array().unwrap().len(), 1);
    assert_eq!(composition["author"][0]["reference"], urn(people[1]));
    assert_eq!(composition["attester"][0]["mode"], "professional");
    assert_eq!(composition["attester"][0]["party"]["reference"], urn(people[2]));
    let participants = all(&note, "Encounter")[0]["participant"].as_array().unwrap().clone();
    let kinds: Vec<_> =
        participants.iter().map(|one| &one["type"][0]["coding"][0]["code"]).collect();
    assert_eq!(kinds, ["PPRF", "ATND", "CON"]);
    assert_eq!(all(&note, "PractitionerRole").len(), 2, "of the third nobody says what they are");
    assert_eq!(participants[2]["individual"]["reference"], urn(people[2]));
    // Dr. Asmita Kale of the follow-up is one of them.
    let appointment = all(&note, "Appointment")[0];
    assert_eq!(appointment["participant"][1]["actor"]["reference"], urn(people[2]));
}

#[test]
fn a_list_of_practitioners_is_checked_like_one() {
    let at = |path: &str, rule| (path.to_owned(), rule);
    assert_eq!(
        refused(|visit| visit["practitioner"] = json!([{ "userId": "1" }])),
        at("practitioner[0].fullName", Rule::Required)
    );
    assert_eq!(
        refused(|visit| visit["practitioner"] = json!([])),
        at("practitioner", Rule::MinItems)
    );
    assert_eq!(
        refused(|visit| visit["practitioner"]["roles"] = json!(["king"])),
        at("practitioner.roles[0]", Rule::Enum)
    );
    assert_eq!(
        refused(|visit| visit["practitioner"] = json!("Dr. Ravi")),
        at("practitioner", Rule::Type)
    );
    let one = json!({ "userId": "1", "fullName": "A" });
    assert_eq!(
        refused(|visit| visit["practitioner"] = json!(vec![one; 21])),
        at("practitioner", Rule::Size)
    );
}

#[test]
fn one_practitioner_in_a_list_gives_the_document_of_one_alone() {
    let id = |change: fn(&mut Value)| built(HiType::OpConsultation, change).0.id;
    let listed = |visit: &mut Value| visit["practitioner"] = json!([visit["practitioner"].take()]);
    assert_eq!(id(listed), id(|_| {}));
}

#[test]
fn a_patient_may_have_died() {
    let patient = |change: fn(&mut Value)| {
        let note = note(change);
        all(&note, "Patient")[0].clone()
    };
    let flagged = patient(|visit| visit["beneficiary"]["deceased"] = json!(true));
    assert_eq!(flagged["deceasedBoolean"], true);
    let dated = patient(|visit| {
        visit["beneficiary"]["deceased"] = json!(true);
        visit["beneficiary"]["deceasedDate"] = json!("2026-05");
    });
    assert_eq!(dated["deceasedDateTime"], "2026-05");
    assert_eq!(dated.get("deceasedBoolean"), None, "FHIR has one or the other");
    assert!(dated["text"]["div"].as_str().unwrap().contains("died 2026-05"));
    let living = patient(|visit| visit["beneficiary"]["deceased"] = json!(false));
    assert_eq!(living["deceasedBoolean"], false);
}

fn scanned(media_type: &str, data: &str) -> Value {
    json!([{ "title": "Scan", "contentType": media_type, "data": data }])
}

#[test]
fn an_attachment_is_sent_as_what_its_bytes_are() {
    let jpeg = STANDARD.encode(b"\xff\xd8\xff\xe0 picture");
    let sent = |media_type: &str| {
        let scan = scanned(media_type, &jpeg);
        let (document, bundle) =
            built(HiType::HealthDocumentRecord, |visit| visit["documents"] = scan);
        assert!(document.is_fit());
        let attachment = &all(&bundle, "DocumentReference")[0]["content"][0]["attachment"];
        attachment["contentType"].as_str().unwrap().to_owned()
    };
    for named in ["image/jpeg", "image/jpg", "image/png", "application/pdf", "text/plain"] {
        assert_eq!(sent(named), "image/jpeg", "{named}");
    }
    let image = json!([{
        "name": "X-ray", "conclusion": "Normal",
        "image": { "contentType": "image/png", "data": jpeg }
    }]);
    let (_, bundle) = built(HiType::DiagnosticReport, |visit| {
        visit.as_object_mut().unwrap().remove("labTests");
        visit["imagingReports"] = image;
    });
    assert_eq!(all(&bundle, "Media")[0]["content"]["contentType"], "image/jpeg");
}

#[test]
fn line_breaks_in_base64_are_removed() {
    let whole = STANDARD.encode(b"%PDF-1.4 and the rest of a paper");
    let broken = whole.as_bytes().chunks(8).map(|part| std::str::from_utf8(part).unwrap());
    let broken = broken.collect::<Vec<_>>().join("\r\n") + " \t\n";
    let scan = scanned("application/pdf", &broken);
    let text = changed(OUTPATIENT, |visit| visit["documents"] = scan);
    let visit = VisitDocument::parse(text.as_bytes()).unwrap();
    assert_eq!(visit.documents[0].data, whole);
    let built = documents(&visit, &context()).built;
    let paper = built.iter().find(|one| one.hi_type == HiType::HealthDocumentRecord).unwrap();
    assert!(paper.is_fit() && paper.json.contains(&whole));
    let blank = scanned("application/pdf", " \n \n");
    let at = ("documents[0].data".to_owned(), Rule::MinLength);
    assert_eq!(refused(|visit| visit["documents"] = blank), at);
}

#[test]
fn an_age_may_be_in_hours() {
    let note = note(|visit| {
        visit["beneficiary"].as_object_mut().unwrap().remove("dateOfBirth");
        visit["beneficiary"]["age"] = json!({ "value": 6, "unit": "hours" });
    });
    let patient = all(&note, "Patient")[0];
    assert_eq!(patient["birthDate"], "2026-05-04");
    let words = patient["text"]["div"].as_str().unwrap();
    assert!(words.contains("6 hours old at the visit (date of birth not recorded)"), "{words}");
    assert!(section(&note, "Chief complaints")["entry"].is_array());
    let too_old = json!({ "value": 2_000_000, "unit": "hours" });
    let at = ("beneficiary.age.value".to_owned(), Rule::Range);
    assert_eq!(refused(|visit| visit["beneficiary"]["age"] = too_old), at);
}
