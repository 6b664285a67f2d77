//! Consultation notes.

use abdm_fhir::{HiType, VisitDocument, documents};
use serde_json::{Value, json};

use crate::{OUTPATIENT, all, built, built_from, context, left_out, section, urn};

fn note() -> Value {
    built(HiType::OpConsultation, |_| {}).1
}

#[test]
fn ids_follow_from_content_not_from_the_push() {
    let id = |change: fn(&mut Value)| built(HiType::OpConsultation, change).0.id;
    let event = id(|visit| visit["eventId"] = json!("00000000-0000-4000-8000-000000000001"));
    let content = id(|visit| visit["vitals"]["pulseRate"] = json!(83));
    let facility = id(|visit| visit["facility"]["abdmFacilityId"] = json!("IN1"));
    let original = id(|_| {});
    assert_eq!(event, original);
    assert_ne!(content, original);
    assert_ne!(facility, original);
}

#[test]
fn the_revision_names_the_version_and_leaves_the_ids_alone() {
    let visit = VisitDocument::parse(OUTPATIENT.as_bytes()).unwrap();
    let mut later = context();
    later.revision = 3;
    let (second, third) = (documents(&visit, &context()), documents(&visit, &later));
    let json: Value = serde_json::from_str(&third.built[0].json).unwrap();
    assert_eq!(json["meta"]["versionId"], "3");
    assert_eq!(json["identifier"]["value"], "40000000000000017-OPConsultation-3");
    assert_eq!(second.built[0].id, third.built[0].id);
}

#[test]
fn the_doctor_of_the_visit_is_the_author_and_the_facility_keeps_the_document() {
    let note = note();
    let composition = &note["entry"][0]["resource"];
    assert_eq!(composition["author"][0]["display"], "Dr. Ravi Deshmukh");
    assert_eq!(composition["custodian"]["display"], "PHC Wadgaon");
    let doctor = all(&note, "Practitioner")[0];
    assert_eq!(doctor["identifier"][0]["value"], "71-0000-2222-3333");
    assert_eq!(composition["author"][0]["reference"], urn(doctor));
    assert_eq!(composition["encounter"]["reference"], urn(all(&note, "Encounter")[0]));
}

#[test]
fn a_section_lists_only_what_its_profile_admits() {
    let note = note();
    for (title, kinds) in [
        ("Chief complaints", vec!["Condition"; 2]),
        ("Physical Examination", vec!["Observation"; 7]),
        ("Allergies", vec!["AllergyIntolerance"]),
        ("Medical History", vec!["Condition"; 4]),
        ("Family History", vec!["FamilyMemberHistory"; 2]),
        ("Investigation Advice", vec!["ServiceRequest"]),
        (
            "Medications",
            ["MedicationStatement"].into_iter().chain(["MedicationRequest"; 4]).collect(),
        ),
        ("Follow Up", vec!["Appointment"]),
        ("Procedure", vec!["Procedure"]),
        ("Referral", vec!["ServiceRequest"]),
    ] {
        let entries = section(&note, title)["entry"].as_array().unwrap();
        let found: Vec<&str> =
            entries.iter().map(|entry| entry["type"].as_str().unwrap()).collect();
        assert_eq!(found, kinds, "{title}");
    }
}

#[test]
fn diagnoses_belong_to_the_encounter_with_their_certainty() {
    let note = note();
    let diagnoses = all(&note, "Encounter")[0]["diagnosis"].as_array().unwrap().clone();
    let roles: Vec<_> =
        diagnoses.iter().map(|one| one["use"]["coding"][0]["code"].as_str()).collect();
    assert_eq!(roles, [Some("39154008"), None], "nothing is claimed without a certainty");
    let confirmed = all(&note, "Condition")
        .into_iter()
        .find(|one| diagnoses[0]["condition"]["reference"] == urn(one))
        .unwrap();
    assert_eq!(confirmed["verificationStatus"]["coding"][0]["code"], "confirmed");
    let codes: Vec<_> = confirmed["code"]["coding"].as_array().unwrap().iter().collect();
    assert_eq!(codes[0]["display"], "Osteoarthritis of knee joint");
    assert_eq!(codes[1]["display"], "Osteoarthritis of knee", "the record's words for a bare code");
}

#[test]
fn measures_keep_their_written_digits() {
    let (document, _) = built_from(HiType::OpConsultation, OUTPATIENT);
    assert!(document.json.contains(r#""value":81.0,"unit":"kg""#));
    assert!(document.json.contains(
        r#""value":98.60,"unit":"°F","system":"http://unitsofmeasure.org","code":"[degF]""#
    ));
}

#[test]
fn a_missing_half_of_a_blood_pressure_says_that_it_is_missing() {
    let note = note();
    let pressure = all(&note, "Observation")[0];
    assert_eq!(pressure["component"][0]["valueQuantity"]["value"], 142);
    assert_eq!(pressure["component"][1]["dataAbsentReason"]["coding"][0]["code"], "unknown");
    assert_eq!(pressure["interpretation"][0]["text"], "High");
    assert_eq!(pressure["effectiveDateTime"], "2026-05-04T09:45:00+05:30");
}

#[test]
fn narratives_escape_markup_and_keep_scripts() {
    let note = note();
    let text = section(&note, "Chief complaints")["text"]["div"].as_str().unwrap();
    assert!(text.contains("Pain in knee &amp; &quot;locking&quot; &lt;right&gt;"));
    assert!(text.contains("सीढ़ी चढ़ने पर"));
}

#[test]
fn an_allergy_without_a_term_is_left_out_and_reported() {
    let (document, note) = built_from(HiType::OpConsultation, OUTPATIENT);
    assert_eq!(all(&note, "AllergyIntolerance").len(), 1);
    assert_eq!(left_out(&document), ["allergies[1].term"]);
    let allergy = all(&note, "AllergyIntolerance")[0];
    assert_eq!(
        allergy["verificationStatus"]["coding"][0]["system"],
        "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
    );
    assert_eq!(allergy["clinicalStatus"]["coding"][0]["code"], "inactive");
}

#[test]
fn each_relative_has_a_history_of_their_own() {
    let note = note();
    let relatives = all(&note, "FamilyMemberHistory");
    assert_eq!(relatives[0]["relationship"]["coding"][0]["code"], "FTH");
    assert_eq!(relatives[1]["relationship"], json!({ "text": "Aunt" }));
}

#[test]
fn an_appointment_without_an_end_is_proposed_and_valid() {
    let note = note();
    let appointment = all(&note, "Appointment")[0];
    assert_eq!(appointment["status"], "proposed");
    assert_eq!(appointment["end"], appointment["start"], "R4 wants both or none");
    assert_eq!(appointment["participant"][1]["actor"], json!({ "display": "Dr. Asmita Kale" }));
}

#[test]
fn identifiers_of_the_record_stand_in_for_missing_registry_numbers() {
    let (_, note) = built(HiType::OpConsultation, |visit| {
        let patient = visit["beneficiary"].as_object_mut().unwrap();
        patient.remove("abhaNumber");
        patient.remove("abhaAddress");
        visit["practitioner"].as_object_mut().unwrap().remove("hprId");
    });
    let patient = &all(&note, "Patient")[0]["identifier"][0];
    assert_eq!(patient["system"], "https://emr.example.org");
    assert_eq!(patient["value"], "900000000001");
    let doctor = &all(&note, "Practitioner")[0]["identifier"][0];
    assert_eq!(doctor["type"]["coding"][0]["code"], "EI");
    assert_eq!(doctor["value"], "E-77");
}

#[test]
fn an_age_says_as_much_of_the_date_of_birth_as_it_leaves_no_choice_about() {
    let birth = |age: Value| {
        let (_, note) = built(HiType::OpConsultation, |visit| {
            visit["beneficiary"].as_object_mut().unwrap().remove("dateOfBirth");
            visit["beneficiary"]["age"] = age;
        });
        all(&note, "Patient")[0]["birthDate"].clone()
    };
    assert_eq!(birth(json!({ "value": 46, "unit": "years" })), Value::Null, "1979 or 1980");
    assert_eq!(birth(json!({ "value": 5, "unit": "months" })), "2025");
    assert_eq!(birth(json!({ "value": 4, "unit": "months" })), Value::Null, "December or January");
    assert_eq!(birth(json!({ "value": 2, "unit": "months" })), "2026");
    assert_eq!(birth(json!({ "value": 7, "unit": "hours" })), "2026-05-04");
}

#[test]
fn the_encounter_has_the_state_of_the_last_role() {
    let status = |flags: [Option<i64>; 3]| {
        let (_, note) = built(HiType::OpConsultation, |visit| {
            for (name, flag) in ["nurseFlag", "docFlag", "specialistFlag"].iter().zip(flags) {
                visit["visit"].as_object_mut().unwrap().remove(*name);
                if let Some(flag) = flag {
                    visit["visit"][*name] = json!(flag);
                }
            }
        });
        all(&note, "Encounter")[0]["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status([Some(9), Some(9), Some(0)]), "finished");
    assert_eq!(status([Some(9), Some(9), Some(1)]), "planned");
    assert_eq!(status([Some(9), Some(2), None]), "in-progress");
    assert_eq!(status([Some(9), None, None]), "in-progress");
    assert_eq!(status([None, None, None]), "unknown");
}
