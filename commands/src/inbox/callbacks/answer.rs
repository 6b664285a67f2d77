//! What the gateway answers to a call of ours, as far as others may want to know it.

use hip_domain::id::{ErrorCode, RequestId};
use hip_domain::inbound::CallbackKind;
use serde::Deserialize;

use super::wire::{Malformed, Response, StatusMeaning, WireError, parse, scalar};
use crate::operations::abdm_error::Context;

/// An answer, without anything personal.
#[derive(Debug, PartialEq, Eq)]
pub struct CallbackReply {
    /// The request that is answered; `None` when it can be none of ours.
    pub request_id: Option<RequestId>,
    /// Why it was refused, if it was.
    pub error: Option<ErrorCode>,
}

#[derive(Deserialize)]
struct ReplyMessage {
    acknowledgement: Option<Acknowledgement>,
    #[serde(default, deserialize_with = "scalar")]
    status: Option<String>,
    error: Option<WireError>,
    #[serde(alias = "resp")]
    response: Response,
}

#[derive(Deserialize)]
struct Acknowledgement {
    #[serde(default, deserialize_with = "scalar")]
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

/// Reads a body.
pub fn read(body: &str) -> Result<CallbackReply, Malformed> {
    let message: ReplyMessage = parse(body)?;
    let request_id = message.response.request_id();
    let status = message.acknowledgement.and_then(|it| it.status).or(message.status);
    let error = match (message.error, StatusMeaning::of(status.as_deref())) {
        (Some(error), _) => Some(error.code()),
        (None, StatusMeaning::Done | StatusMeaning::AlreadyDone) => None,
        // Seen in the wild: no error object, and a status that says that it failed.
        (None, StatusMeaning::NotDone) => Some(ErrorCode::ours("unknown")),
    };
    Ok(CallbackReply { request_id, error })
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
        for status in ["SUCCESS", "OK", "ok", "ACKNOWLEDGED", "Success"] {
            let members = format!(r#""acknowledgement":{{"status":"{status}"}},"error":null,"#);
            assert_eq!(error(&members), None, "{status}");
        }
        assert_eq!(error(r#""status":"ACKNOWLEDGED","#), None);
        let refused = error(r#""error":{"code":"ABDM-1038: ","message":"Asha is no patient"},"#);
        assert_eq!(refused.as_deref(), Some("ABDM-1038"));
        for status in ["FAILED", "ERRORED"] {
            let members = format!(r#""acknowledgement":{{"status":"{status}"}},"#);
            assert_eq!(error(&members).as_deref(), Some("unknown"), "{status}");
        }
        assert!(read("{}").is_err());
        let foreign = read(r#"{"response":{"requestId":"none of ours"}}"#).unwrap();
        assert_eq!(foreign.request_id, None);
    }
}
