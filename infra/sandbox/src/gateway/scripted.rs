//! Scripted callbacks: a call is accepted but has no effect.

use serde_json::{Value, json};

use crate::faults::Script;
use crate::wire::operation::Operation;

use super::{Case, callbacks, linking, token};
use crate::wire::callback::Callback;

/// The scripted callback of a call that passed all checks of headers and body.
///
/// `None` if the operation has no callback.
pub(super) fn answer(case: &Case, operation: Operation, script: &Script) -> Option<Callback> {
    let path = callback_path(operation)?;
    let mut body = json!({"response": {"requestId": case.request_id}});
    match script {
        Script::Error { code, message } => {
            body["error"] = callbacks::error(code, message);
            if matches!(operation, Operation::ContextNotify | Operation::SmsNotify) {
                body["acknowledgement"] = json!({"status": "ERRORED"});
            }
        }
        Script::FailedStatus => {
            body["abhaAddress"] = case.body.get("abhaAddress").cloned().unwrap_or(Value::Null);
            body["status"] = json!("Failed to link care context");
        }
        Script::Status(status) => {
            body["abhaAddress"] = case.body.get("abhaAddress").cloned().unwrap_or(Value::Null);
            body["status"] = json!(status);
            body["error"] = Value::Null;
        }
    }
    Some(case.call_back(path, body))
}

fn callback_path(operation: Operation) -> Option<&'static str> {
    match operation {
        Operation::GenerateToken => Some(token::CALLBACK),
        Operation::LinkCareContext => Some(linking::ON_LINK),
        Operation::ContextNotify => Some(linking::ON_CONTEXT_NOTIFY),
        Operation::SmsNotify => Some(linking::ON_SMS_NOTIFY),
        Operation::Session
        | Operation::Certs
        | Operation::OpenidConfiguration
        | Operation::BridgeUrl
        | Operation::BridgeServices
        | Operation::BridgeService
        | Operation::OnDiscover
        | Operation::OnInit
        | Operation::OnConfirm
        | Operation::ConsentOnNotify
        | Operation::OnRequest
        | Operation::DataFlowNotify
        | Operation::OnShare
        | Operation::Push
        | Operation::Sms => None,
    }
}
