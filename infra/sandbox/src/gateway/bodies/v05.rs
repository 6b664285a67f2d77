//! The schema of the answers that may come in v0.5, and their form in v3.
//!
//! Checked as strictly as v3. `requestId` and `timestamp` are required in the body, `response` is called
//! `resp`, and `patient` is one object without hi types and counts.

use serde_json::{Value, json};

use super::super::shape::Shape::{self, List, Object, OneOf, Text};
use super::super::shape::{may, must};
use super::{
    CARE_CONTEXTS, CONSENT_ACKNOWLEDGEMENT, CONSENT_REFUSAL, DISPLAY, ERROR, LINK, NOTIFICATION,
    REFERENCE, RESPONSE, SESSION_ACKNOWLEDGED, TIMESTAMP, UUID, pick,
};
use crate::wire::operation::Operation;

const MATCHED_BY: Shape = List(&OneOf(&[
    "MR",
    "MOBILE",
    "ABHA_NUMBER",
    "ABHA_ADDRESS",
    "NDHM_HEALTH_NUMBER",
    "HEALTH_ID",
]));

const ON_DISCOVER: Shape = Object(&[
    must("requestId", &UUID),
    must("timestamp", &TIMESTAMP),
    must("transactionId", &UUID),
    must(
        "patient",
        &Object(&[
            must("referenceNumber", &REFERENCE),
            must("display", &DISPLAY),
            must("careContexts", &CARE_CONTEXTS),
            may("matchedBy", &MATCHED_BY),
        ]),
    ),
    // The right place is within `patient`. This place is accepted too.
    may("matchedBy", &MATCHED_BY),
    must("resp", &RESPONSE),
]);

const ON_INIT: Shape = Object(&[
    must("requestId", &UUID),
    must("timestamp", &TIMESTAMP),
    must("transactionId", &UUID),
    must("link", &LINK),
    must("resp", &RESPONSE),
]);

const ON_CONFIRM: Shape = Object(&[
    must("requestId", &UUID),
    must("timestamp", &TIMESTAMP),
    must(
        "patient",
        &Object(&[
            must("referenceNumber", &REFERENCE),
            must("display", &DISPLAY),
            must("careContexts", &CARE_CONTEXTS),
        ]),
    ),
    must("resp", &RESPONSE),
]);

const TRANSACTION_ERROR: Shape = Object(&[
    must("requestId", &UUID),
    must("timestamp", &TIMESTAMP),
    must("transactionId", &UUID),
    must("error", &ERROR),
    must("resp", &RESPONSE),
]);
const PLAIN_ERROR: Shape = Object(&[
    must("requestId", &UUID),
    must("timestamp", &TIMESTAMP),
    must("error", &ERROR),
    must("resp", &RESPONSE),
]);

const CONSENT_OK: Shape = Object(&[
    must("requestId", &UUID),
    must("timestamp", &TIMESTAMP),
    must("acknowledgement", &CONSENT_ACKNOWLEDGEMENT),
    must("resp", &RESPONSE),
]);
const CONSENT_ERROR: Shape = Object(&[
    must("requestId", &UUID),
    must("timestamp", &TIMESTAMP),
    may("acknowledgement", &CONSENT_REFUSAL),
    must("error", &ERROR),
    must("resp", &RESPONSE),
]);

const ON_REQUEST: Shape = Object(&[
    must("requestId", &UUID),
    must("timestamp", &TIMESTAMP),
    must("hiRequest", &SESSION_ACKNOWLEDGED),
    must("resp", &RESPONSE),
]);
/// An error answer. Unlike in v3, it may contain its transaction id.
const ON_REQUEST_ERROR: Shape = Object(&[
    must("requestId", &UUID),
    must("timestamp", &TIMESTAMP),
    may(
        "hiRequest",
        &Object(&[must("transactionId", &UUID), must("sessionStatus", &OneOf(&["ERRORED"]))]),
    ),
    must("error", &ERROR),
    must("resp", &RESPONSE),
]);

const DATA_FLOW_NOTIFY: Shape = Object(&[
    must("requestId", &UUID),
    must("timestamp", &TIMESTAMP),
    must("notification", &NOTIFICATION),
]);

/// A shape that accepts no body, for operations that do not exist in v0.5.
const NOTHING: Shape = Text(|_| false, "asked for in v3");

/// The schema of an operation in v0.5.
pub(in super::super) fn shape(operation: Operation, body: &Value) -> &'static Shape {
    match operation {
        Operation::OnDiscover => pick(body, &ON_DISCOVER, &TRANSACTION_ERROR),
        Operation::OnInit => pick(body, &ON_INIT, &TRANSACTION_ERROR),
        Operation::OnConfirm => pick(body, &ON_CONFIRM, &PLAIN_ERROR),
        Operation::ConsentOnNotify => pick(body, &CONSENT_OK, &CONSENT_ERROR),
        Operation::OnRequest => pick(body, &ON_REQUEST, &ON_REQUEST_ERROR),
        Operation::DataFlowNotify => &DATA_FLOW_NOTIFY,
        Operation::Session
        | Operation::Certs
        | Operation::OpenidConfiguration
        | Operation::BridgeUrl
        | Operation::BridgeServices
        | Operation::BridgeService
        | Operation::GenerateToken
        | Operation::LinkCareContext
        | Operation::ContextNotify
        | Operation::SmsNotify
        | Operation::OnShare
        | Operation::Push
        | Operation::Sms => &NOTHING,
    }
}

/// Converts a message to v3, for checks that both versions share.
///
/// The hi type of a care context becomes empty, because v0.5 has no hi types.
pub(in super::super) fn lift(body: &Value) -> Value {
    let mut lifted = body.clone();
    let Some(members) = lifted.as_object_mut() else {
        return lifted;
    };
    members.remove("requestId");
    members.remove("timestamp");
    if let Some(response) = members.remove("resp") {
        members.insert("response".to_owned(), response);
    }
    if let Some(mut patient) = members.remove("patient") {
        if let Some(patient) = patient.as_object_mut() {
            if let Some(matched_by) = patient.remove("matchedBy") {
                members.insert("matchedBy".to_owned(), matched_by);
            }
            let count = patient.get("careContexts").and_then(Value::as_array).map_or(0, Vec::len);
            patient.insert("hiType".to_owned(), json!(""));
            patient.insert("count".to_owned(), json!(count));
        }
        members.insert("patient".to_owned(), json!([patient]));
    }
    lifted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifted_answer_reads_as_one_of_v3() {
        let body = json!({
            "requestId": "r", "timestamp": "t", "transactionId": "x",
            "patient": {
                "referenceNumber": "P", "display": "p", "matchedBy": ["MR"],
                "careContexts": [{"referenceNumber": "V", "display": "v"}],
            },
            "resp": {"requestId": "q"},
        });
        assert_eq!(
            lift(&body),
            json!({
                "transactionId": "x",
                "patient": [{
                    "referenceNumber": "P", "display": "p", "hiType": "", "count": 1,
                    "careContexts": [{"referenceNumber": "V", "display": "v"}],
                }],
                "matchedBy": ["MR"],
                "response": {"requestId": "q"},
            })
        );
    }
}
