//! The HIP's messages about a transfer: on-request before it, notify after it.

use std::collections::BTreeSet;

use crate::hiu::delivery::StatusResponse;
use crate::state::transaction::{SessionReport, Transaction};
use crate::wire::flow_error::HipError;
use crate::wire::message::Refusal;
use crate::wire::operation::Operation;

use super::{Case, RouteResult};

/// `POST /data-flow/v3/health-information/hip/on-request`
pub(super) fn on_request(case: &mut Case) -> RouteResult {
    let refuse = |message: &str| Refusal::flat(400, "ABDM-1031", "Invalid request", message);
    let asked = &case.body["response"]["requestId"];
    let Some(transaction) = case
        .state
        .transactions
        .values_mut()
        .find(|transaction| transaction.question.was_asked(asked))
    else {
        return Err(refuse("unknown response.requestId")
            .breach("response.requestId is not one that was asked"));
    };
    if transaction.question.is_answered() {
        let code = Operation::OnRequest.duplicate_code();
        return Err(Refusal::flat(400, code, "Duplicate HIP data flow response", "")
            .into_duplicate()
            .breach("one health information request was answered twice, under two REQUEST-IDs"));
    }
    let acknowledged = match HipError::read(case.body) {
        Some(error) => Err(error),
        None if case.body["hiRequest"]["transactionId"] == transaction.id.as_str() => Ok(()),
        None => {
            return Err(refuse("unknown transactionId")
                .breach("hiRequest.transactionId is not the one that was asked"));
        }
    };
    transaction.question.answer();
    transaction.acknowledged.get_or_insert(acknowledged);
    Ok(vec![])
}

/// `POST /data-flow/v3/health-information/notify`
pub(super) fn notify(case: &mut Case) -> RouteResult {
    let notification = &case.body["notification"];
    let id = notification["transactionId"].as_str().unwrap_or_default();
    let Some(transaction) = case.state.transactions.get_mut(id) else {
        return Err(Refusal::object(400, "ABDM-1017", "Invalid TransactionId")
            .breach("transactionId is not one that was asked"));
    };
    if transaction.report.is_some() {
        let code = Operation::DataFlowNotify.duplicate_code();
        return Err(Refusal::object(400, code, "Duplicate HIP data flow response")
            .into_duplicate()
            .breach("one transaction was closed twice, under two REQUEST-IDs"));
    }
    if notification["consentId"] != transaction.consent_id.as_str() {
        return Err(Refusal::object(
            400,
            "ABDM-1112",
            "Invalid or already expired consent artefact",
        )
        .breach("consentId is not the transaction's"));
    }
    let status = &notification["statusNotification"];
    if notification["notifier"]["id"] != case.facility || status["hipId"] != case.facility {
        return Err(Refusal::object(400, "ABDM-1035", "Invalid HIP ID")
            .breach("notifier.id and hipId must be the X-HIP-ID"));
    }
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let responses: Vec<StatusResponse> = status["statusResponses"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|response| StatusResponse {
            care_context_reference: text(&response["careContextReference"]),
            hi_status: text(&response["hiStatus"]),
            description: text(&response["description"]),
        })
        .collect();
    let Some(consent) = case.state.consents.get(&transaction.consent_id) else {
        return Err(Refusal::object(
            400,
            "ABDM-1112",
            "Invalid or already expired consent artefact",
        )
        .breach("a transaction without a consent has no care contexts to report on"));
    };
    let wanted = consent.care_context_references();
    let listed: BTreeSet<&str> =
        responses.iter().map(|response| response.care_context_reference.as_str()).collect();
    if listed.len() != responses.len() || wanted != listed {
        let rule = "statusResponses must list each care context of the artefact once";
        return Err(Refusal::object(400, "ABDM-1057", "Invalid Care Contexts").breach(rule));
    }
    let session_status = text(&status["sessionStatus"]);
    case.breaches.extend(contradictions(transaction, &session_status, &responses));
    let asked = transaction.question.request_id().to_owned();
    transaction.report = Some(SessionReport { session_status, responses });
    let limit = case.world.options.deadlines.transfer;
    case.breach_if_overdue(&asked, limit, "a transfer took too long");
    Ok(vec![])
}

/// Finds contradictions between the HIP's report and the pages that the HIU received.
fn contradictions(
    transaction: &Transaction,
    session_status: &str,
    responses: &[StatusResponse],
) -> Vec<String> {
    let mut found = vec![];
    if transaction.acknowledged.is_none() {
        found.push("notify came before on-request".to_owned());
    }
    let delivered = |response: &&StatusResponse| response.hi_status == "DELIVERED";
    if responses.iter().filter(delivered).any(|response| !transaction.holds(response)) {
        found.push("a care context is reported DELIVERED and no page of it arrived".to_owned());
    }
    // TRANSFERRED is right if some documents arrived, even if their care contexts are ERRORED. FAILED is right for
    // an interrupted transfer, even if some care contexts were DELIVERED before.
    let any_delivered = responses.iter().any(|response| delivered(&response));
    let all_delivered = responses.iter().all(|response| delivered(&response));
    if session_status == "TRANSFERRED" && !any_delivered && transaction.pages.is_empty() {
        found.push("sessionStatus is TRANSFERRED and no page arrived".to_owned());
    }
    if session_status == "FAILED" && all_delivered {
        found.push("sessionStatus is FAILED and every care context is DELIVERED".to_owned());
    }
    found
}
