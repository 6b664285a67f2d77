//! Interprets errors of the gateway.

use std::time::Duration;

use hip_commands::operations::abdm_error::{self, Context, Mark, Retry};
use hip_commands::port::gateway::SendError;
use hip_domain::id::ErrorCode;
use reqwest::StatusCode;
use serde_json::Value;

/// Classifies an error by status, code and rejected message.
pub(super) fn classify(
    status: StatusCode,
    body: &[u8],
    retry_after: Option<Duration>,
    context: Context,
) -> SendError {
    let code = code(body);
    let entry = abdm_error::of_refusal(Some(status.as_u16()), code.as_ref(), context);
    if entry.mark == Some(Mark::Duplicate)
        && let Some(code) = code
    {
        return SendError::Duplicate { status: status.as_u16(), code };
    }
    let passing = status.is_server_error()
        || status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::REQUEST_TIMEOUT
        || entry.mark == Some(Mark::SessionRefused)
        || matches!(entry.retry, Retry::Later { .. });
    if passing {
        return SendError::Unavailable { status: Some(status.as_u16()), code, retry_after };
    }
    let status = Some(status.as_u16());
    let reason = abdm_error::refused_words(status, code.as_ref(), entry.what);
    SendError::Refused { status, code, reason }
}

/// The code of an error body. Four shapes occur: an object with `error`, an array of such, a flat
/// object, and plain text; the code may be a number and may end in `": "`.
pub(super) fn code(body: &[u8]) -> Option<ErrorCode> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let object = value.get(0).unwrap_or(&value);
    let object = object.get("error").unwrap_or(object);
    let text = match object.get("code")? {
        Value::String(text) => text.trim_end_matches([':', ' ', '\t']).to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    ErrorCode::parse(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_found_in_every_shape() {
        for body in [
            r#"{"error":{"code":"ABDM-1006: ","message":"x"}}"#,
            r#"[{"error":{"code":"ABDM-1006","message":"x"}},{"error":{"code":"ABDM-1"}}]"#,
            r#"{"code":"ABDM-1006","message":"x","description":"y"}"#,
        ] {
            assert_eq!(code(body.as_bytes()).unwrap().as_str(), "ABDM-1006", "{body}");
        }
        assert_eq!(code(br#"{"code":900901}"#).unwrap().as_str(), "900901");
        for body in ["Access Denied", "", "{}", r#"{"code":null}"#] {
            assert_eq!(code(body.as_bytes()), None, "{body}");
        }
    }

    fn of(status: u16, body: &str, context: Context) -> SendError {
        classify(StatusCode::from_u16(status).unwrap(), body.as_bytes(), None, context)
    }

    #[test]
    fn a_duplicate_a_passing_trouble_and_a_refusal_are_told_apart() {
        let of = |status, body| of(status, body, Context::Answer);
        let duplicate = of(400, r#"{"error":{"code":"ABDM-1106"}}"#);
        assert!(matches!(duplicate, SendError::Duplicate { .. }));
        let passing = of(400, r#"{"error":{"code":"ABDM-1024"}}"#);
        assert!(matches!(passing, SendError::Unavailable { .. }));
        assert!(matches!(of(503, ""), SendError::Unavailable { .. }));
        assert!(matches!(of(401, ""), SendError::Unavailable { .. }));
        assert!(matches!(of(400, ""), SendError::Refused { .. }));
    }

    #[test]
    fn a_link_token_that_is_not_accepted_is_not_sent_again_and_again() {
        for (status, code) in [(400, "ABDM-1026"), (401, "ABDM-1066")] {
            let body = format!(r#"{{"error":{{"code":"{code}"}}}}"#);
            let refusal = of(status, &body, Context::LinkCareContext);
            assert!(matches!(refusal, SendError::Refused { .. }), "{code}");
        }
    }
}
