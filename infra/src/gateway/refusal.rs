//! What the gateway means when it does not take a message.

use hip_commands::port::gateway::SendError;
use hip_domain::id::ErrorCode;
use reqwest::StatusCode;
use serde_json::Value;

/// It has had a message with this id, or this answer, before.
const DUPLICATES: [&str; 8] = [
    "ABDM-1064",
    "ABDM-1087",
    "ABDM-1090",
    "ABDM-1092",
    "ABDM-1106",
    "ABDM-1107",
    "ABDM-1108",
    "ABDM-1113",
];

/// Something behind the gateway is away.
const PASSING: [&str; 8] = [
    "ABDM-1000",
    "ABDM-1007",
    "ABDM-1019",
    "ABDM-1022",
    "ABDM-1024",
    "ABDM-1048",
    "ABDM-1109",
    "ABDM-9999",
];

/// The class of a refusal, by status and code.
pub(super) fn classify(status: StatusCode, body: &[u8]) -> SendError {
    let code = code(body);
    let named = |list: &[&str]| code.as_ref().is_some_and(|code| list.contains(&code.as_str()));
    if named(&DUPLICATES)
        && let Some(code) = code.clone()
    {
        return SendError::Duplicate { status: status.as_u16(), code };
    }
    let passing = status.is_server_error()
        || status == StatusCode::TOO_MANY_REQUESTS
        || status == StatusCode::REQUEST_TIMEOUT
        || status == StatusCode::UNAUTHORIZED
        || named(&PASSING);
    if passing {
        return SendError::Unavailable { status: Some(status.as_u16()), code };
    }
    let reason = match &code {
        Some(code) => format!("the gateway refused it with {code}"),
        None => format!("the gateway refused it with status {}", status.as_u16()),
    };
    SendError::Refused { status: Some(status.as_u16()), code, reason }
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

    #[test]
    fn a_duplicate_a_passing_trouble_and_a_refusal_are_told_apart() {
        let of =
            |status, body: &str| classify(StatusCode::from_u16(status).unwrap(), body.as_bytes());
        assert!(matches!(
            of(400, r#"{"error":{"code":"ABDM-1106"}}"#),
            SendError::Duplicate { .. }
        ));
        assert!(matches!(
            of(400, r#"{"error":{"code":"ABDM-1024"}}"#),
            SendError::Unavailable { .. }
        ));
        assert!(matches!(of(503, ""), SendError::Unavailable { .. }));
        assert!(matches!(of(400, ""), SendError::Refused { .. }));
    }
}
