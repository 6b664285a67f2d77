//! Codes from an operator's table.

use abdm_fhir::{BuildPolicy, CodeTable, Document, HiType, VisitDocument, documents_by};
use serde_json::{Value, json};

use crate::{OUTPATIENT, STAY, all, built_from, context};

const TABLE: &str = "kind,name,code,display
medicine,paracetamol,1000000001,Paracetamol (product)
medicine,PARACETAMOL 650 MG TABLET,1000000002,Paracetamol 650 mg oral tablet
medicine,Amlodipine 5 mg,1000000003,Amlodipine 5 mg oral tablet
vaccine,influenza,1000000004,Influenza vaccine
vaccine,Td booster,1000000005,Never used
";

fn coded(hi_type: HiType, visit: &str) -> (Document, Value) {
    let visit = VisitDocument::parse(visit.as_bytes()).unwrap();
    let table = CodeTable::from_csv(TABLE).unwrap();
    let policy = BuildPolicy { codes: &table, ..BuildPolicy::default() };
    let documents = documents_by(&visit, &context(), &policy);
    let document = documents.built.into_iter().find(|built| built.hi_type == hi_type).unwrap();
    let json = serde_json::from_str(&document.json).unwrap();
    (document, json)
}

fn code(concept: &Value) -> &Value {
    &concept["coding"][0]["code"]
}

#[test]
fn an_ordered_medicine_gets_the_code_of_its_longest_name() {
    let (_, bundle) = coded(HiType::Prescription, STAY);
    let orders = all(&bundle, "MedicationRequest");
    assert_eq!(
        orders[0]["medicationCodeableConcept"],
        json!({
            "coding": [{
                "system": "http://snomed.info/sct",
                "code": "1000000002",
                "display": "Paracetamol 650 mg oral tablet"
            }],
            "text": "Paracetamol 650 mg Tablet"
        })
    );
    assert_eq!(orders[1]["medicationCodeableConcept"], json!({ "text": "ORS" }));
}

#[test]
fn medicines_taken_before_and_vaccines_are_looked_up_too() {
    let (_, note) = coded(HiType::OpConsultation, STAY);
    let taken = all(&note, "MedicationStatement")[0];
    assert_eq!(code(&taken["medicationCodeableConcept"]), "1000000003");
    let (_, record) = coded(HiType::ImmunizationRecord, STAY);
    let due = &all(&record, "ImmunizationRecommendation")[0]["recommendation"][0];
    assert_eq!(code(&due["vaccineCode"][0]), "1000000004");
}

#[test]
fn a_code_that_the_sender_gives_is_never_replaced() {
    let (_, record) = coded(HiType::ImmunizationRecord, STAY);
    assert_eq!(code(&all(&record, "Immunization")[0]["vaccineCode"]), "333621002");
}

#[test]
fn codes_are_content_so_they_change_the_ids() {
    let id = |hi_type| built_from(hi_type, STAY).0.id;
    assert_ne!(coded(HiType::Prescription, STAY).0.id, id(HiType::Prescription));
    let (with, without) = (
        coded(HiType::WellnessRecord, OUTPATIENT).0,
        built_from(HiType::WellnessRecord, OUTPATIENT).0,
    );
    assert_eq!(with.json, without.json, "where the table knows nothing, nothing changes");
}
