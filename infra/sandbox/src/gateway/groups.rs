//! The member `patient` of links and answers: care contexts grouped by patient and hi type.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::wire::care_context::CareContext;
use crate::wire::message::Refusal;

/// Maximum number of care contexts in one group.
const COUNT_MAX: i64 = 20;

/// Checks what the schema cannot check: counts, and references that occur twice in a group.
pub(super) fn check(groups: &Value) -> Result<(), Refusal> {
    for group in groups.as_array().into_iter().flatten() {
        let contexts = group["careContexts"].as_array().map_or(&[][..], Vec::as_slice);
        let count = group["count"].as_i64().unwrap_or_default();
        if !(1..=COUNT_MAX).contains(&count) {
            let rule = "count must be between 1 and 20";
            return Err(Refusal::object(400, "ABDM-1006", rule).breach(rule));
        }
        if usize::try_from(count) != Ok(contexts.len()) {
            let rule = "count must equal the number of care contexts";
            return Err(Refusal::object(400, "ABDM-1037", rule).breach(rule));
        }
        let references: BTreeSet<&str> =
            contexts.iter().filter_map(|context| context["referenceNumber"].as_str()).collect();
        if references.len() < contexts.len() {
            let rule = "a care context must stand once in a group";
            return Err(Refusal::object(400, "ABDM-1057", rule).breach(rule));
        }
    }
    Ok(())
}

/// Whether two groups have the same patient and hi type.
pub(super) fn repeats_a_group(groups: &Value) -> bool {
    let groups = groups.as_array().map_or(&[][..], Vec::as_slice);
    let kind = |group: &Value| format!("{} {}", group["referenceNumber"], group["hiType"]);
    groups.iter().map(kind).collect::<BTreeSet<_>>().len() < groups.len()
}

/// Converts groups that match the schema to a flat list.
pub(super) fn read(groups: &Value, facility: &str) -> Vec<CareContext> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut contexts = vec![];
    for group in groups.as_array().into_iter().flatten() {
        for context in group["careContexts"].as_array().into_iter().flatten() {
            contexts.push(CareContext {
                facility: facility.to_owned(),
                patient_reference: text(&group["referenceNumber"]),
                patient_display: text(&group["display"]),
                care_context_reference: text(&context["referenceNumber"]),
                display: text(&context["display"]),
                hi_type: text(&group["hiType"]),
            });
        }
    }
    contexts
}

/// `patient` of a link init in v0.5: one object with the first patient's reference.
///
/// Its care contexts have only their references.
pub(crate) fn write_v05(abha_address: &str, contexts: &[CareContext]) -> Value {
    let references: BTreeSet<&str> =
        contexts.iter().map(|context| context.care_context_reference.as_str()).collect();
    let care_contexts: Vec<Value> =
        references.into_iter().map(|reference| json!({"referenceNumber": reference})).collect();
    json!({
        "id": abha_address,
        "referenceNumber": contexts.first().map_or("", |context| &context.patient_reference),
        "careContexts": care_contexts,
    })
}

/// `patient` of a link init in v3: one group for each patient and hi type.
pub(crate) fn write(contexts: &[CareContext]) -> Value {
    let kinds: BTreeSet<(&str, &str)> = contexts
        .iter()
        .map(|context| (context.patient_reference.as_str(), context.hi_type.as_str()))
        .collect();
    kinds
        .into_iter()
        .map(|(patient, hi_type)| {
            let members: Vec<&CareContext> = contexts
                .iter()
                .filter(|context| {
                    context.patient_reference == patient && context.hi_type == hi_type
                })
                .collect();
            let care_contexts: Vec<Value> = members
                .iter()
                .map(|context| {
                    json!({
                        "referenceNumber": context.care_context_reference,
                        "display": context.display,
                    })
                })
                .collect();
            json!({
                "referenceNumber": patient,
                "display": members.first().map_or("", |context| &context.patient_display),
                "count": care_contexts.len(),
                "careContexts": care_contexts,
                "hiType": hi_type,
            })
        })
        .collect()
}
