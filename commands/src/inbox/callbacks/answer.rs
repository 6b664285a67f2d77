//! The gateway's reply to one of our calls, without personal data.

use hip_domain::id::{ErrorCode, RequestId};
use hip_domain::inbound::CallbackKind;
use serde::Deserialize;

use super::wire::{Malformed, Response, StatusMeaning, WireError, parse, scalar};
use crate::operations::abdm_error::Context;
use crate::operations::abdm_error::OwnCode;

/// A reply, without personal data.
#[derive(Debug, PartialEq, Eq)]
pub struct CallbackReply {
    /// The request that is answered; `None` if the id cannot be one of ours.
    pub request_id: Option<RequestId>,
    /// The error code, if the request was refused.
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

/// The context in which the error codes of this callback are looked up. `None` for callbacks that do not answer a
/// call, and for those that bring a token.
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

/// Parses the body of a reply.
pub fn read(body: &str) -> Result<CallbackReply, Malformed> {
    let message: ReplyMessage = parse(body)?;
    let request_id = message.response.request_id();
    let status = message.acknowledgement.and_then(|it| it.status).or(message.status);
    let error = match (message.error, StatusMeaning::of(status.as_deref())) {
        (Some(error), _) => Some(error.code()),
        (None, StatusMeaning::Done | StatusMeaning::AlreadyDone) => None,
        // Seen in practice: no error object, only a status that reports a failure.
        (None, StatusMeaning::NotDone) => Some(OwnCode::Unknown.into()),
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
