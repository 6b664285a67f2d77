//! `POST /user-initiated-linking/v3/patient/care-context/on-discover`

use crate::state::discovery::Offer;
use crate::wire::flow_error::HipError;
use crate::wire::message::Refusal;
use crate::wire::operation::Operation;

use super::{Case, RouteResult, groups};

pub(super) fn answer(case: &mut Case) -> RouteResult {
    let transaction_id = case.body["transactionId"].as_str().unwrap_or_default();
    let record = case
        .state
        .discoveries
        .get(transaction_id)
        .filter(|record| record.question.was_asked(&case.body["response"]["requestId"]))
        .ok_or_else(unknown_question)?;
    if record.facility != case.facility {
        return Err(Refusal::object(400, "ABDM-1035", "Invalid HIP ID")
            .breach("X-HIP-ID is not the facility that was asked"));
    }
    if record.question.is_answered() {
        return Err(second_answer(Operation::OnDiscover));
    }
    let address = record.abha_address.clone();
    let answer = match HipError::read(case.body) {
        Some(error) => Err(error),
        None => Ok(offer(case, &address)?),
    };
    if let Some(record) = case.state.discoveries.get_mut(transaction_id) {
        record.question.answer();
        record.answer.get_or_insert(answer);
    }
    Ok(vec![])
}

fn offer(case: &mut Case, abha_address: &str) -> Result<Offer, Refusal> {
    let patient = &case.body["patient"];
    groups::check(patient)?;
    let care_contexts = groups::read(patient, case.facility);
    let matched_by: Vec<String> = case.body["matchedBy"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect();
    if care_contexts.is_empty() || matched_by.is_empty() {
        let rule = "patient and matchedBy must not be empty; without a match, send error alone";
        return Err(Refusal::object(400, "ABDM-1109", "Invalid on-discovery request").breach(rule));
    }
    if matched_by == ["MR"] {
        case.breach("a match must not rest on unverified identifiers alone");
    }
    let first = &care_contexts[0];
    if care_contexts.iter().any(|context| context.patient_reference != first.patient_reference) {
        case.breach("discovery must answer with one patient, never several");
    }
    let already_linked = care_contexts
        .iter()
        .filter(|context| case.state.links.contains(abha_address, context))
        .cloned()
        .collect();
    Ok(Offer { care_contexts, matched_by, already_linked })
}

/// The refusal of an answer to an unknown question.
pub(super) fn unknown_question() -> Refusal {
    let message = "Invalid transactionId or response.requestId";
    Refusal::object(400, "ABDM-1052", message)
        .breach("transactionId or response.requestId is not one that was asked")
}

/// The refusal of a further answer, with another REQUEST-ID, to a question that was answered before.
pub(super) fn second_answer(operation: Operation) -> Refusal {
    Refusal::object(400, operation.duplicate_code(), "Duplicate request")
        .into_duplicate()
        .breach("one question was answered twice, under two REQUEST-IDs")
}
