//! What the person who answers for a visit is: not everybody is a doctor.

use abdm_fhir::HiType;
use serde_json::{Value, json};

use crate::{all, built, urn};

fn role(designation: Option<&str>) -> (Value, Option<Value>) {
    let (_, bundle) = built(HiType::Prescription, |visit| {
        let practitioner = visit["practitioner"].as_object_mut().unwrap();
        practitioner.remove("designation");
        if let Some(designation) = designation {
            practitioner.insert("designation".to_owned(), json!(designation));
        }
    });
    let role = all(&bundle, "PractitionerRole").first().map(|role| (*role).clone());
    (bundle, role)
}

#[test]
fn doctor_nurse_technician_and_pharmacist_are_told_apart() {
    for (designation, code) in [
        ("Medical Officer", "158965000"),
        ("Staff nurse", "106292003"),
        ("Lab Technician", "159282002"),
        ("Pharmacist", "46255001"),
    ] {
        let (bundle, role) = role(Some(designation));
        let role = role.unwrap();
        assert_eq!(role["code"][0]["coding"][0]["code"], code, "{designation}");
        assert_eq!(role["code"][0]["text"], designation);
        assert_eq!(role["practitioner"]["reference"], urn(all(&bundle, "Practitioner")[0]));
        let participant = &all(&bundle, "Encounter")[0]["participant"][0]["individual"];
        assert_eq!(participant["reference"], urn(&role));
    }
}

#[test]
fn an_unknown_designation_stays_a_text() {
    let (_, role) = role(Some("ಸಮುದಾಯ ಆರೋಗ್ಯ ಅಧಿಕಾರಿ"));
    assert_eq!(role.unwrap()["code"], json!([{ "text": "ಸಮುದಾಯ ಆರೋಗ್ಯ ಅಧಿಕಾರಿ" }]));
}

#[test]
fn without_a_designation_nobody_is_made_a_doctor() {
    let (bundle, role) = role(None);
    assert_eq!(role, None);
    let participant = &all(&bundle, "Encounter")[0]["participant"][0]["individual"];
    assert_eq!(participant["type"], "Practitioner");
}
