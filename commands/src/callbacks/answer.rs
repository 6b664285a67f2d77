//! What the gateway answers to a call of ours, as far as others may want to know it.

use hip_domain::id::{ErrorCode, RequestId};
use hip_domain::inbound::CallbackKind;
use serde::Deserialize;

use super::wire::{Response, WireError, parse};
use crate::abdm_error::Context;

/// An answer, without anything personal.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    /// The request that is answered.
    pub request_id: RequestId,
    /// Why it was refused, if it was.
    pub error: Option<ErrorCode>,
}

#[derive(Deserialize)]
struct Message {
    acknowledgement: Option<Acknowledgement>,
    status: Option<String>,
    error: Option<WireError>,
    #[serde(alias = "resp")]
    response: Response,
}

#[derive(Deserialize)]
struct Acknowledgement {
    status: Option<String>,
}

/// Where an error of such a message is looked up; nothing for messages that answer no call, and for
/// those that bring a token.
pub const fn context(kind: CallbackKind) -> Option<Context> {
    match kind {
        CallbackKind::OnCareContext => Some(Context::OnCareContext),
        CallbackKind::ContextOnNotify => Some(Context::ContextNotify),
        CallbackKind::SmsOnNotify => Some(Context::SmsNotify),
        CallbackKind::OnGenerateToken
        | CallbackKind::Discover
        | CallbackKind::ConsentNotify
        | CallbackKind::HealthInformationRequest
        | CallbackKind::LinkInit
        | CallbackKind::LinkConfirm
        | CallbackKind::PatientShare
        | CallbackKind::PatientStatus => None,
    }
}

/// Reads a body; nothing, when it is not understood.
pub fn read(body: &str) -> Option<Answer> {
    let message: Message = parse(body).ok()?;
    let request_id = message.response.request_id()?;
    let status = message.acknowledgement.and_then(|it| it.status).or(message.status);
    let error = match (message.error, status) {
        (Some(error), _) => Some(error.code()),
        (None, Some(status)) if is_success(&status) => None,
        // Seen in the wild: no error object, and a status that says that it failed.
        (None, _) => Some(ErrorCode::ours("unknown")),
    };
    Some(Answer { request_id, error })
}

fn is_success(status: &str) -> bool {
    status.trim_start().get(..7).is_some_and(|start| start.eq_ignore_ascii_case("success"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "6f1b7f5e-0000-4000-8000-000000000001";

    fn error(members: &str) -> Option<String> {
        let body = format!(r#"{{{members}"response":{{"requestId":"{ID}"}}}}"#);
        read(&body).unwrap().error.map(|code| code.as_str().to_owned())
    }

    #[test]
    fn every_dialect_of_yes_and_no_is_read() {
        assert_eq!(error(r#""status":"Successfully linked care context","#), None);
        assert_eq!(error(r#""acknowledgement":{"status":"SUCCESS"},"#), None);
        let refused = error(r#""error":{"code":"ABDM-1038: ","message":"Asha is no patient"},"#);
        assert_eq!(refused.as_deref(), Some("ABDM-1038"));
        assert_eq!(error(r#""status":"FAILED","#).as_deref(), Some("unknown"));
        assert_eq!(read("{}"), None);
        assert_eq!(read(r#"{"response":{"requestId":"none of ours"}}"#), None);
    }
}
