//! What the gateway's messages have in common.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use hip_domain::id::{ErrorCode, RequestId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// A member that does not fit: its path and what would have fitted, never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Path of the member.
    pub field: String,
    /// What would have fitted.
    pub expected: String,
}

impl Malformed {
    /// A member that cannot be what it must be.
    pub fn new(field: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { field: field.into(), expected: expected.into() }
    }
}

/// Reads a body into its wire shape.
pub fn parse<T: DeserializeOwned>(body: &str) -> Result<T, Malformed> {
    let mut json = serde_json::Deserializer::from_str(body);
    serde_path_to_error::deserialize(&mut json)
        .map_err(|error| Malformed::new(error.path().to_string(), expectation(error.inner())))
}

/// The part of serde's message that says what was expected. The rest may repeat the value.
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

/// `response` or, in older messages, `resp`: which request is answered.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    /// The `REQUEST-ID` header of the request.
    pub request_id: String,
}

impl Response {
    /// The request that is answered; nothing, when it can be none of ours.
    pub fn request_id(&self) -> Option<RequestId> {
        RequestId::parse(&self.request_id).ok()
    }
}

/// An error in a message. Code and message vary in form; the message is not kept, it may repeat
/// personal data.
#[derive(Deserialize)]
pub struct WireError {
    /// Text or number; may end in `": "`.
    pub code: WireCode,
}

/// A code as text or as a number.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum WireCode {
    /// `"ABDM-1207: "`
    Text(String),
    /// `1207`
    Number(u64),
}

impl WireError {
    /// The code without its ornaments; `unknown` when it is none.
    pub fn code(&self) -> ErrorCode {
        let text = match &self.code {
            WireCode::Text(text) => text.trim_end_matches([':', ' ', '\t']).to_owned(),
            WireCode::Number(number) => number.to_string(),
        };
        ErrorCode::parse(text).unwrap_or_else(|_| super::ErrorCode::ours("unknown"))
    }
}

/// One thing, or several: dialects and documents of the network disagree.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    /// Several.
    Many(Vec<T>),
    /// One.
    One(T),
}

impl<T> OneOrMany<T> {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        match self {
            Self::Many(several) => several.iter(),
            Self::One(one) => std::slice::from_ref(one).iter(),
        }
    }
}

/// A number or a numeric text, `null` or nothing.
pub fn year<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i32>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Year {
        Number(i32),
        Text(String),
    }
    Ok(match Option::<Year>::deserialize(deserializer)? {
        Some(Year::Number(year)) => Some(year),
        Some(Year::Text(text)) => text.trim().parse().ok(),
        None => None,
    })
}

/// A time as the network writes it: with or without zone (none is UTC), `T` or a space, with 0 to 9
/// fraction digits, or a date alone.
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(&text.replacen(' ', "T", 1)) {
        return Some(at.to_utc());
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M"] {
        if let Ok(at) = NaiveDateTime::parse_from_str(text, format) {
            return Some(at.and_utc());
        }
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(date.and_time(NaiveTime::MIN).and_utc())
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
    fn every_form_of_time_is_read() {
        let expected = instant("2026-01-01T00:00:00Z");
        for text in [
            "2026-01-01T00:00:00.000Z",
            "2026-01-01T05:30:00+05:30",
            "2026-01-01 00:00:00.000000",
            "2026-01-01T00:00:00",
            "2026-01-01",
        ] {
            assert_eq!(instant(text), expected, "{text}");
        }
        assert_eq!(instant("tomorrow"), None);
    }

    #[test]
    fn the_ornaments_of_a_code_are_dropped() {
        let error: WireError = serde_json::from_str(r#"{"code":"ABDM-1207: "}"#).unwrap();
        assert_eq!(error.code().as_str(), "ABDM-1207");
        let error: WireError = serde_json::from_str(r#"{"code":1207}"#).unwrap();
        assert_eq!(error.code().as_str(), "1207");
    }
}
