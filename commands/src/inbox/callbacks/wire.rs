//! Parsing that all callbacks share.
//!
//! Parsing is lenient, because documents and senders of the network disagree: a number for a string, one object for a
//! list, `null` for an absent member. Only a missing required member is an error.

mod instant;
mod lenient;
mod outcome;
mod range;

use std::borrow::Cow;

use hip_domain::id::{ErrorCode, RequestId};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::operations::abdm_error::OwnCode;

pub use instant::{end_instant, instant, within_years};
pub(crate) use lenient::{list, scalar, year};
pub(crate) use outcome::{StatusMeaning, StatusWords};
pub(crate) use range::WireRange;

/// A member with a wrong format: its path and the expected format, never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Path of the member.
    pub field: String,
    /// The expected format.
    pub expected: String,
}

impl Malformed {
    /// Creates an error for one member.
    pub fn new(field: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { field: field.into(), expected: expected.into() }
    }

    /// The same error with the path prefixed by the enclosing member.
    pub(crate) fn within(self, outer: &str) -> Self {
        Self { field: format!("{outer}.{}", self.field), ..self }
    }
}

/// Parses a body.
pub fn parse<T: DeserializeOwned>(body: &str) -> Result<T, Malformed> {
    let body = readable(body);
    let mut json = serde_json::Deserializer::from_str(&body);
    serde_path_to_error::deserialize(&mut json)
        .map_err(|error| Malformed::new(error.path().to_string(), expectation(error.inner())))
}

/// The body without a byte order mark, and with `\ufffd` for each unpaired surrogate. A Rust string cannot contain an
/// unpaired surrogate, and the rest of the message must still be processed.
pub fn readable(body: &str) -> Cow<'_, str> {
    let body = body.strip_prefix('\u{feff}').unwrap_or(body);
    let mut repaired = String::new();
    let mut copied_to = 0;
    let mut escapes = Escapes { body, at: 0 };
    while let Some((at, unit)) = escapes.next_unit() {
        let follows = |low: u32| (0xDC00..0xE000).contains(&low);
        let is_paired = (0xD800..0xDC00).contains(&unit) && {
            let mut ahead = Escapes { body, at: escapes.at };
            ahead.next_unit().is_some_and(|(next, low)| next == at + UNIT_LENGTH && follows(low))
        };
        if is_paired {
            escapes.at += UNIT_LENGTH;
        } else if (0xD800..0xE000).contains(&unit) {
            repaired.push_str(&body[copied_to..at]);
            repaired.push_str("\\ufffd");
            copied_to = at + UNIT_LENGTH;
        }
    }
    if copied_to == 0 {
        return Cow::Borrowed(body);
    }
    repaired.push_str(&body[copied_to..]);
    Cow::Owned(repaired)
}

/// The length of `\uXXXX` in bytes.
const UNIT_LENGTH: usize = 6;

/// The `\uXXXX` escapes of a JSON text and their offsets.
struct Escapes<'a> {
    body: &'a str,
    at: usize,
}

impl Escapes<'_> {
    fn next_unit(&mut self) -> Option<(usize, u32)> {
        loop {
            let at = self.at + self.body.get(self.at..)?.find('\\')?;
            let escape = self.body.as_bytes().get(at + 1)?;
            if *escape != b'u' {
                // In valid JSON the escaped character is ASCII. In invalid JSON the search ends here.
                self.at = at + 2;
                continue;
            }
            let digits = self.body.get(at + 2..at + UNIT_LENGTH)?;
            self.at = at + UNIT_LENGTH;
            return Some((at, u32::from_str_radix(digits, 16).ok()?));
        }
    }
}

/// The part of serde's message that names the expected format. The rest may contain the value.
fn expectation(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    if text.starts_with("missing field") {
        return text.to_owned();
    }
    match text.rsplit_once("expected ") {
        Some((_, wanted)) if wanted.len() <= 80 => wanted.to_owned(),
        Some(_) | None => "another shape".to_owned(),
    }
}

/// `response` or, in older messages, `resp`: the request that is answered.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The `REQUEST-ID` header of the request.
    #[serde(default, deserialize_with = "scalar")]
    pub request_id: Option<String>,
}

impl Response {
    /// The request that is answered; `None` if the id cannot be one of ours.
    pub fn request_id(&self) -> Option<RequestId> {
        RequestId::parse(self.request_id.as_ref()?).ok()
    }
}

/// An error in a message. The formats vary. The error text is not kept, because it may contain personal data.
#[derive(Deserialize)]
pub struct WireError {
    /// Text or number; may end in `": "`.
    #[serde(default, deserialize_with = "scalar")]
    pub code: Option<String>,
}

impl WireError {
    /// The code without trailing punctuation; `unknown` if it is not a valid code.
    pub fn code(&self) -> ErrorCode {
        let text = self.code.as_deref().unwrap_or_default();
        ErrorCode::parse(text.trim().trim_end_matches([':', ' ', '\t']))
            .unwrap_or_else(|_| OwnCode::Unknown.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Shape {
        #[expect(dead_code, reason = "only its reading is tested")]
        count: u32,
    }

    #[test]
    fn a_fault_names_the_member_and_never_its_value() {
        let fault = parse::<Shape>(r#"{"count":"Asha Rani"}"#).unwrap_err();
        assert_eq!(fault, Malformed::new("count", "u32"));
    }

    #[test]
    fn a_missing_member_is_named() {
        assert_eq!(parse::<Shape>("{}").unwrap_err().expected, "missing field `count`");
    }

    #[test]
    fn half_a_surrogate_pair_is_replaced_and_the_rest_is_read() {
        let read = |body: &str| parse::<String>(body).unwrap();
        assert_eq!(read(r#""a\ud800b""#), "a\u{fffd}b");
        assert_eq!(read(r#""\udc00\ud800""#), "\u{fffd}\u{fffd}");
        assert_eq!(read(r#""\ud83d\ude00 \\ud800 \"""#), "\u{1f600} \\ud800 \"");
        assert_eq!(read(r#""\ud83d\ud83d\ude00""#), "\u{fffd}\u{1f600}");
        assert_eq!(read("\u{feff}\"x\""), "x");
        assert!(matches!(readable(r#""\u0905""#), Cow::Borrowed(_)));
    }

    #[test]
    fn the_ornaments_of_a_code_are_dropped() {
        let code = |text| serde_json::from_str::<WireError>(text).unwrap().code();
        assert_eq!(code(r#"{"code":"ABDM-1207: "}"#).as_str(), "ABDM-1207");
        assert_eq!(code(r#"{"code":1207}"#).as_str(), "1207");
        assert_eq!(code(r#"{"code":null}"#).as_str(), "unknown");
        assert_eq!(code("{}").as_str(), "unknown");
    }
}
