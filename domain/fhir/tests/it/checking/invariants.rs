//! Every invariant, each broken once in the smallest resource that can break it.

#![expect(clippy::needless_pass_by_value, reason = "json! makes values, and they read better bare")]

use std::collections::BTreeSet;

use abdm_fhir::Rules;
use abdm_fhir::validate::{ValidateOptions, validate};
use serde_json::{Value, json};

const UCUM: &str = "http://unitsofmeasure.org";
const CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";
const CONDITION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const ALLERGY: &str = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";

fn rules_of(resource: &Value) -> BTreeSet<&'static str> {
    let options = ValidateOptions { best_practice: true, ..ValidateOptions::default() };
    let report = validate(resource.to_string().as_bytes(), Rules::nrces(), &options);
    report.findings.into_iter().map(|finding| finding.rule).collect()
}

fn of(kind: &str, member: &str, value: Value) -> Value {
    json!({ "resourceType": kind, member: value })
}

/// Any data type can stand in an extension.
fn extension(member: &str, value: Value) -> Value {
    json!({ "resourceType": "Patient", "extension": [{ "url": "http://example.org/x", member: value }] })
}

fn repeat(repeat: Value) -> Value {
    extension("valueTiming", json!({ "repeat": repeat }))
}

fn coded(system: &str, code: &str) -> Value {
    json!({ "coding": [{ "system": system, "code": code }] })
}

fn of_clinic() -> Vec<(&'static str, Value)> {
    let error = |system| coded(system, "entered-in-error");
    vec![
        ("ait-1", of("AllergyIntolerance", "type", json!("allergy"))),
        (
            "ait-2",
            json!({
                "resourceType": "AllergyIntolerance", "verificationStatus": error(ALLERGY), "clinicalStatus": {}
            }),
        ),
        ("con-1", of("Condition", "stage", json!([{ "id": "x" }]))),
        ("con-2", of("Condition", "evidence", json!([{ "id": "x" }]))),
        ("con-3", of("Condition", "category", json!([coded("x", "problem-list-item")]))),
        (
            "con-4",
            json!({
                "resourceType": "Condition", "abatementString": "x", "clinicalStatus": coded(CLINICAL, "active")
            }),
        ),
        (
            "con-5",
            json!({
                "resourceType": "Condition", "verificationStatus": error(CONDITION), "clinicalStatus": {}
            }),
        ),
        ("cpl-3", of("CarePlan", "activity", json!([{ "detail": {}, "reference": {} }]))),
        (
            "fhs-1",
            json!({ "resourceType": "FamilyMemberHistory", "ageString": "x", "bornString": "x" }),
        ),
        ("fhs-2", of("FamilyMemberHistory", "estimatedAge", json!(true))),
        ("gol-1", of("Goal", "target", json!([{ "detailString": "x" }]))),
        ("imm-1", of("Immunization", "education", json!([{ "id": "x" }]))),
        ("imr-1", of("ImmunizationRecommendation", "recommendation", json!([{ "id": "x" }]))),
        ("nor-1", of("NutritionOrder", "status", json!("active"))),
        ("obs-3", of("Observation", "referenceRange", json!([{ "id": "x" }]))),
        (
            "obs-6",
            json!({ "resourceType": "Observation", "dataAbsentReason": {}, "valueString": "x" }),
        ),
        (
            "obs-7",
            json!({
                "resourceType": "Observation", "valueString": "x", "code": coded("a", "b"),
                "component": [{ "code": coded("a", "b") }]
            }),
        ),
        ("prr-1", of("ServiceRequest", "orderDetail", json!([{ "text": "x" }]))),
        (
            "ras-1",
            of(
                "RiskAssessment",
                "prediction",
                json!([
                    { "probabilityRange": { "low": { "value": 1, "code": "x", "system": UCUM } } }
                ]),
            ),
        ),
        ("ras-2", of("RiskAssessment", "prediction", json!([{ "probabilityDecimal": 100.1 }]))),
        ("vs-1", vital(json!({ "effectiveDateTime": "2026-05" }))),
        ("vs-2", vital(json!({}))),
        ("vs-3", vital(json!({ "component": [{ "code": { "text": "x" } }] }))),
    ]
}

fn vital(members: Value) -> Value {
    let mut vital = json!({
        "resourceType": "Observation",
        "meta": { "profile": ["http://hl7.org/fhir/StructureDefinition/vitalsigns"] }
    });
    vital.as_object_mut().unwrap().append(&mut members.as_object().unwrap().clone());
    vital
}

fn of_documents() -> Vec<(&'static str, Value)> {
    let contained = |inner: Value| of("Patient", "contained", json!([inner]));
    let meta = |meta: Value| json!({ "resourceType": "Patient", "id": "x", "meta": meta });
    vec![
        ("bdl-9", of("Bundle", "type", json!("document"))),
        ("bdl-10", of("Bundle", "type", json!("document"))),
        ("bdl-12", of("Bundle", "type", json!("message"))),
        ("cmp-1", of("Composition", "section", json!([{ "title": "x" }]))),
        ("cmp-2", of("Composition", "section", json!([{ "emptyReason": {}, "entry": [{}] }]))),
        (
            "dom-2",
            contained(json!({
                "resourceType": "Patient", "id": "x", "contained": [{ "resourceType": "Patient", "id": "y" }]
            })),
        ),
        ("dom-3", contained(json!({ "resourceType": "Patient", "id": "x" }))),
        ("dom-4", contained(meta(json!({ "versionId": "1" })))),
        ("dom-5", contained(meta(json!({ "security": [{ "code": "R" }] })))),
        ("dom-6", of("Patient", "active", json!(true))),
    ]
}

fn of_types() -> Vec<(&'static str, Value)> {
    let requirement = |member: &str| {
        extension("valueDataRequirement", json!({ "type": "Patient", member: [{ "id": "x" }] }))
    };
    let trigger = |trigger: Value| extension("valueTriggerDefinition", trigger);
    vec![
        ("age-1", extension("valueAge", json!({ "value": 0, "code": "a", "system": UCUM }))),
        ("att-1", extension("valueAttachment", json!({ "data": "QUJD" }))),
        ("cnt-3", extension("valueCount", json!({ "value": 1.5, "code": "1", "system": UCUM }))),
        ("cpt-2", extension("valueContactPoint", json!({ "value": "x" }))),
        ("dis-1", extension("valueDistance", json!({ "value": 1 }))),
        ("drq-1", requirement("codeFilter")),
        ("drq-2", requirement("dateFilter")),
        ("drt-1", extension("valueDuration", json!({ "code": "h", "system": UCUM }))),
        ("exp-1", extension("valueExpression", json!({ "language": "text/cql" }))),
        ("ext-1", extension("extension", json!([{ "url": "http://example.org/y" }]))),
        ("per-1", extension("valuePeriod", json!({ "start": "2026-05-04", "end": "2026-05-03" }))),
        ("qty-3", extension("valueQuantity", json!({ "code": "kg" }))),
        ("rat-1", extension("valueRatio", json!({ "numerator": { "value": 1 } }))),
        ("ref-1", extension("valueReference", json!({ "reference": "#x" }))),
        (
            "rng-2",
            extension("valueRange", json!({ "low": { "value": 2 }, "high": { "value": 1.5 } })),
        ),
        ("sqty-1", extension("valueRange", json!({ "low": { "comparator": "<" } }))),
        ("trd-1", trigger(json!({ "type": "periodic", "data": [{}], "timingDate": "2026" }))),
        ("trd-2", trigger(json!({ "type": "periodic", "condition": {} }))),
        ("trd-3", trigger(json!({ "type": "named-event" }))),
        ("trd-3", trigger(json!({ "type": "data-added" }))),
        ("ele-1", of("Patient", "name", json!([{ "id": "x" }]))),
        ("txt-1", of("Patient", "text", json!({ "status": "generated", "div": "<p>x</p>" }))),
        (
            "txt-2",
            of(
                "Patient",
                "text",
                json!({
                    "status": "generated", "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\"> </div>"
                }),
            ),
        ),
    ]
}

fn of_schedules() -> Vec<(&'static str, Value)> {
    vec![
        ("app-1", of("Appointment", "participant", json!([{ "status": "accepted" }]))),
        ("app-2", of("Appointment", "start", json!("2026-05-04T10:00:00Z"))),
        ("app-3", of("Appointment", "status", json!("booked"))),
        (
            "app-4",
            json!({ "resourceType": "Appointment", "status": "booked", "cancelationReason": {} }),
        ),
        (
            "inv-1",
            json!({ "resourceType": "Task", "authoredOn": "2026-05", "lastModified": "2026-04" }),
        ),
        ("tim-1", repeat(json!({ "duration": 1 }))),
        ("tim-2", repeat(json!({ "period": 1 }))),
        ("tim-4", repeat(json!({ "duration": -1 }))),
        ("tim-5", repeat(json!({ "period": -0.5 }))),
        ("tim-6", repeat(json!({ "periodMax": 1 }))),
        ("tim-7", repeat(json!({ "durationMax": 1 }))),
        ("tim-8", repeat(json!({ "countMax": 1 }))),
        ("tim-9", repeat(json!({ "offset": 1, "when": ["C"] }))),
        ("tim-10", repeat(json!({ "timeOfDay": ["10:00:00"], "when": ["MORN"] }))),
    ]
}

fn of_people() -> Vec<(&'static str, Value)> {
    vec![
        (
            "ces-1",
            of("CoverageEligibilityResponse", "insurance", json!([{ "item": [{ "name": "x" }] }])),
        ),
        ("grp-1", json!({ "resourceType": "Group", "actual": false, "member": [{}] })),
        ("ipn-1", of("InsurancePlan", "status", json!("active"))),
        ("org-1", of("Organization", "active", json!(true))),
        ("org-2", of("Organization", "address", json!([{ "use": "home", "text": "x" }]))),
        ("org-3", of("Organization", "telecom", json!([{ "use": "home", "value": "x" }]))),
        ("pat-1", of("Patient", "contact", json!([{ "gender": "male" }]))),
        ("qrs-1", of("QuestionnaireResponse", "item", json!([{ "answer": [{}], "item": [{}] }]))),
        (
            "ctm-1",
            json!({
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [
                    { "fullUrl": "urn:x", "resource": { "resourceType": "Patient" } },
                    { "resource": { "resourceType": "CareTeam", "participant": [
                        { "member": { "reference": "urn:x" }, "onBehalfOf": { "display": "x" } }
                    ] } }
                ]
            }),
        ),
    ]
}

#[test]
fn every_invariant_of_the_rules_can_be_broken_and_is_then_reported() {
    let all = [of_clinic(), of_documents(), of_types(), of_schedules(), of_people()].concat();
    for (key, resource) in &all {
        assert!(rules_of(resource).contains(key), "{key} is not reported of {resource}");
    }
    let broken: BTreeSet<&str> = all.iter().map(|(key, _)| *key).collect();
    let untried: Vec<&str> =
        Rules::nrces().invariants().filter(|key| !broken.contains(key)).collect();
    println!("{} invariants are broken here", broken.len());
    assert!(untried.is_empty(), "{untried:?}");
}

#[test]
fn a_kept_invariant_is_not_reported() {
    for (key, resource) in [
        (
            "obs-7",
            json!({
                "resourceType": "Observation", "valueString": "x", "code": coded("a", "b"),
                "component": [{ "code": coded("a", "c") }]
            }),
        ),
        (
            "dom-3",
            json!({
                "resourceType": "Patient", "contained": [{ "resourceType": "Organization", "id": "x" }],
                "managingOrganization": { "reference": "#x" }
            }),
        ),
        (
            "ref-1",
            json!({
                "resourceType": "Patient", "contained": [{ "resourceType": "Organization", "id": "x" }],
                "managingOrganization": { "reference": "#x" }
            }),
        ),
        ("per-1", extension("valuePeriod", json!({ "start": "2026", "end": "2026-05-03" }))),
        (
            "rng-2",
            extension("valueRange", json!({ "low": { "value": 2 }, "high": { "value": 2.0 } })),
        ),
        (
            "con-4",
            json!({
                "resourceType": "Condition", "abatementString": "x", "clinicalStatus": coded(CLINICAL, "resolved")
            }),
        ),
        ("tim-9", repeat(json!({ "offset": 1, "when": ["ACM"] }))),
    ] {
        assert!(!rules_of(&resource).contains(key), "{key} is reported of {resource}");
    }
}
