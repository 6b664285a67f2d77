//! Visits and documents that once went wrong, which live beside the repository.

use abdm_fhir::{HiType, VisitDocument, WarningRule, documents, render, warnings};
use serde_json::Value;

use crate::shared::{folder, json as read};
use crate::showing::has;
use crate::{all, context};

/// The visits of the folder by name; none when there is no folder.
fn visits() -> Option<Vec<(String, Vec<u8>)>> {
    let folder = folder("found-2")?.join("visits");
    let mut files: Vec<_> =
        std::fs::read_dir(folder).ok()?.map(|file| file.unwrap().path()).collect();
    files.sort();
    let named = files.into_iter().map(|path| {
        (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap())
    });
    Some(named.collect())
}

#[test]
fn every_visit_that_was_found_gives_what_is_right() {
    let Some(visits) = visits() else {
        println!("skipped: no visits beside the repository");
        return;
    };
    assert!(visits.len() >= 22);
    for (name, bytes) in visits {
        match VisitDocument::parse(&bytes) {
            Ok(visit) => is_right(&name, &visit),
            Err(errors) => panic!("{name}: {errors}"),
        }
    }
}

/// What a visit yields.
struct Yield {
    bundles: Vec<(HiType, Value)>,
    rules: Vec<WarningRule>,
}

impl Yield {
    fn of(name: &str, visit: &VisitDocument) -> Self {
        let built = documents(visit, &context()).built.into_iter().map(|one| {
            assert!(one.is_fit(), "{name}: {:#?}", one.findings);
            (one.hi_type, serde_json::from_str(&one.json).unwrap())
        });
        let found = warnings(visit, "2026-06-01T00:00:00Z".parse().unwrap());
        Self {
            bundles: built.collect(),
            rules: found.into_iter().map(|warning| warning.rule).collect(),
        }
    }

    /// The resources of a type in all documents.
    fn every(&self, kind: &str) -> Vec<&Value> {
        self.bundles.iter().flat_map(|(_, bundle)| all(bundle, kind)).collect()
    }

    /// The same in the first document alone.
    fn first(&self, kind: &str) -> Vec<&Value> {
        all(&self.bundles[0].1, kind)
    }
}

fn code(concept: &Value) -> Option<&str> {
    concept["coding"][0]["code"].as_str()
}

fn is_right(name: &str, visit: &VisitDocument) {
    let yields = Yield::of(name, visit);
    assert!(!yields.bundles.is_empty(), "{name}");
    let known = people(name, &yields) || findings(name, &yields) || records(name, &yields);
    assert!(known, "{name} is new here: say what is right");
}

fn people(name: &str, yields: &Yield) -> bool {
    match name {
        "02d-newborn-6-hours.json" => {
            assert!(yields.every("Patient").iter().all(|one| one["birthDate"] == "2026-03-02"));
        }
        "03-gender-Other.json" => assert_eq!(yields.every("Patient")[0]["gender"], "other"),
        "07b-two-practitioners.json" => {
            assert_eq!(yields.first("Practitioner").len(), 2);
            assert_eq!(yields.first("PractitionerRole").len(), 2);
        }
        "07c-hpr-no-dashes.json" => {
            let person = yields.every("Practitioner")[0];
            assert_eq!(person["identifier"][0]["value"], "71-0000-1111-2222");
        }
        "07e-reg-number.json" => {
            let identifiers = &yields.every("Practitioner")[0]["identifier"];
            assert_eq!(identifiers[1]["value"], "KMC-12345");
            assert_eq!(identifiers[1]["system"], "https://www.nmc.org.in");
        }
        "40-age-newyear-ist.json" => {
            let patient = yields.every("Patient")[0];
            assert_eq!(patient.get("birthDate"), None);
            assert!(patient["text"]["div"].as_str().unwrap().contains("34 years old"));
        }
        "46-nurse-lab-rx.json" => {
            for report in yields.every("DiagnosticReport") {
                assert_ne!(report["resultsInterpreter"][0]["display"], "Sister Mary");
                assert_eq!(report["performer"][1]["display"], "Sister Mary");
            }
        }
        // Accepted, and nothing more to look at.
        "11d-mrn-with-slashes.json" | "11e-visitcode-alnum.json" | "21-newborn-utc-visit.json" => {}
        _ => return false,
    }
    true
}

fn findings(name: &str, yields: &Yield) -> bool {
    match name {
        "06-lab-values.json" => {
            let results = yields.every("Observation");
            let value = |nth: usize| &results[nth]["valueQuantity"];
            assert_eq!(value(0)["comparator"], "<");
            assert_eq!(value(1)["comparator"], ">");
            assert_eq!(value(8)["value"], 150_000);
            assert_eq!(results[10]["valueString"], "15-20 mm/hr");
            assert_eq!(value(13)["value"], 4500);
        }
        "22-ucum-conflict.json" => {
            assert_eq!(yields.rules, [WarningRule::Unit; 3]);
            assert_eq!(yields.every("Observation")[0]["valueQuantity"].get("code"), None);
        }
        "24-allergy-status-words.json" => {
            let allergies = yields.every("AllergyIntolerance");
            assert!(allergies.iter().all(|one| code(&one["clinicalStatus"]) != Some("active")));
            assert_eq!(yields.rules, [WarningRule::UnknownWord]);
        }
        "25-procedure-status-words.json" => {
            let told: Vec<_> =
                yields.first("Procedure").into_iter().map(|one| &one["status"]).collect();
            assert_eq!(told, ["not-done", "completed", "completed", "preparation", "unknown"]);
        }
        "28b-bp-swapped.json" => assert_eq!(yields.rules, [WarningRule::BloodPressure]),
        "29-dx-negated.json" => {
            let status = |one: &Value| {
                (
                    code(&one["clinicalStatus"]).map(str::to_owned),
                    code(&one["verificationStatus"]).map(str::to_owned),
                )
            };
            let told: Vec<_> = yields.first("Condition").into_iter().skip(1).map(status).collect();
            let word = |word: &str| Some(word.to_owned());
            assert_eq!(
                told,
                [(None, word("refuted")), (None, word("unconfirmed")), (word("inactive"), None)]
            );
        }
        _ => return false,
    }
    true
}

fn records(name: &str, yields: &Yield) -> bool {
    match name {
        "08d-image-jpg.json" => {
            let attachment = &yields.every("DocumentReference")[0]["content"][0]["attachment"];
            assert_eq!(attachment["contentType"], "image/jpeg");
        }
        "08e-jpeg-as-png.json" => {
            let attachment = &yields.every("DocumentReference")[0]["content"][0]["attachment"];
            assert_eq!(attachment["contentType"], "image/jpeg");
            assert_eq!(yields.rules, [WarningRule::MediaType]);
        }
        "08g-b64-newline.json" => {
            let attachment = &yields.every("DocumentReference")[0]["content"][0]["attachment"];
            assert_eq!(attachment["data"], "JVBERi0xLjQK");
        }
        "09-future-visit.json" => assert_eq!(yields.rules, [WarningRule::Future]),
        "13e-invoice-mismatch.json" => assert_eq!(yields.rules, [WarningRule::InvoiceTotal; 2]),
        "20-two-dx-two-drugs.json" => {
            let orders = yields.every("MedicationRequest");
            assert!(orders.iter().all(|one| one.get("reasonReference").is_none()));
        }
        "44-still-admitted.json" => {
            let kinds = yields.bundles.iter().map(|(kind, _)| *kind);
            assert!(!kinds.into_iter().any(|kind| kind == HiType::DischargeSummary));
            assert!(yields.every("Encounter").iter().all(|one| one["status"] == "in-progress"));
        }
        _ => return false,
    }
    true
}

#[test]
fn every_document_that_lost_something_shows_it() {
    let Some(folder) = folder("found-2").map(|folder| folder.join("render")) else {
        println!("skipped: no documents beside the repository");
        return;
    };
    for (name, lines) in [
        (
            "allergy-reaction",
            &["What happened: Anaphylaxis", "Severity: severe", "do not perform"][..],
        ),
        (
            "apgar",
            &[
                "Value: 9 {score}",
                "Colour\n      Value: 1 {score}",
                "~~Triglyceride~~ (entered in error)",
            ],
        ),
        (
            "med-cancelled-donotperform",
            &["do not take: ~~Paracetemol 500mg Oral Tab~~ (cancelled)"],
        ),
        (
            "med-dosage-rich",
            &["Dose: 1 tablet to 2 tablet", "before sleep (HS)", "for 5 d", "not with alcohol"],
        ),
        (
            "med-structured-dose",
            &["Dosage: 500 mg", "1-0-1", "as needed", "2024-01-01 to 2024-01-05"],
        ),
        ("nested-section", &["Sub\n~~~\n", "Take care of wound"]),
        (
            "patient-old-name-deceased",
            &["Name: New Name", "Deceased: 2020-07-10", "~~Lipid 1996 panel~~"],
        ),
        ("ratio-absent", &["Value: 1:160", "no value: Not Performed", "2020-07-10 11:45 +11:00"]),
    ] {
        let bundle = read(folder.join(format!("{name}.json")));
        assert_eq!(render::not_a_document(&bundle), None, "{name}");
        has(&render::text(&bundle), lines);
    }
    assert!(render::not_a_document(&read(folder.join("g-empty.json"))).is_some());
}
