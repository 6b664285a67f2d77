//! A call of the HIP, and the simulator's answer to it.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::{HeaderMap, Response, StatusCode, header};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::wire::callback::Callback;
use crate::wire::operation::Operation;
use crate::wire::version::ApiVersion;

/// The headers of the contract, in its spelling. HTTP header names are case-insensitive.
const SPELLINGS: [&str; 7] = [
    "Authorization",
    "Content-Type",
    "REQUEST-ID",
    "TIMESTAMP",
    "X-CM-ID",
    "X-HIP-ID",
    "X-LINK-TOKEN",
];

/// One call of the HIP.
pub(crate) struct GatewayCall {
    pub(crate) operation: Operation,
    /// API version of the path.
    pub(crate) version: ApiVersion,
    /// When the headers arrived. Whether the call is permitted depends on what the HIP knew at that time.
    pub(crate) at: DateTime<Utc>,
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
    /// Parsed if it is JSON, else the text; null if it is empty.
    pub(crate) body: Value,
    /// Whether `body` was parsed from JSON.
    pub(crate) is_json: bool,
}

impl GatewayCall {
    /// A header value, by the header's name in the spelling of the contract.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The REQUEST-ID header; in v0.5 the `requestId` of the body.
    pub(crate) fn request_id(&self) -> Option<&str> {
        match self.version {
            ApiVersion::V3 => self.header("REQUEST-ID"),
            ApiVersion::V05 => self.body["requestId"].as_str(),
        }
    }
}

pub(crate) fn read_headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    headers
        .iter()
        .map(|(name, value)| {
            let name = SPELLINGS
                .into_iter()
                .find(|known| known.eq_ignore_ascii_case(name.as_str()))
                .unwrap_or(name.as_str());
            (name.to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

/// Parses a body. Also returns whether it was JSON.
pub(crate) fn read_body(bytes: &[u8]) -> (Value, bool) {
    if bytes.is_empty() {
        return (Value::Null, false);
    }
    match serde_json::from_slice(bytes) {
        Ok(value) => (value, true),
        Err(_) => (Value::String(String::from_utf8_lossy(bytes).into_owned()), false),
    }
}

/// The simulator's answer to a call, with the violations found in the call.
#[derive(Debug)]
pub(crate) struct GatewayAnswer {
    pub(crate) status: u16,
    /// Null is sent as an empty body, text as plain text, anything else as JSON.
    pub(crate) body: Value,
    /// Whether to send `WWW-Authenticate: Basic`, as the real gateway does with an empty 401.
    pub(crate) challenge: bool,
    /// Value of the `Retry-After` header; `None` sends no such header.
    pub(crate) retry_after: Option<String>,
    /// Error code of a refusal, for the log.
    pub(crate) code: Option<String>,
    pub(crate) duplicate: bool,
    pub(crate) violations: Vec<String>,
    /// The callbacks to send after the answer.
    pub(crate) callbacks: Vec<Callback>,
}

impl GatewayAnswer {
    /// 202 without a body, the answer to an accepted asynchronous call.
    pub(crate) fn accepted() -> Self {
        Self::new(202, Value::Null)
    }

    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self {
            status,
            body,
            challenge: false,
            retry_after: None,
            code: None,
            duplicate: false,
            violations: vec![],
            callbacks: vec![],
        }
    }

    pub(crate) fn to_response(&self) -> Response<Body> {
        let (content_type, body) = match &self.body {
            Value::Null => (None, Body::empty()),
            Value::String(text) => (Some("text/plain"), Body::from(text.clone())),
            other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                (Some("application/json"), Body::from(other.to_string()))
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(content_type) = content_type {
            let value = header::HeaderValue::from_static(content_type);
            response.headers_mut().insert(header::CONTENT_TYPE, value);
        }
        if self.challenge {
            let value = header::HeaderValue::from_static("Basic");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
        }
        let retry_after = self.retry_after.as_deref().map(header::HeaderValue::from_str);
        if let Some(Ok(value)) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, value);
        }
        response
    }
}

/// A refused call, with an error body in one of the formats of NHA's gateway.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: u16,
    body: Value,
    challenge: bool,
    code: String,
    duplicate: bool,
    breach: Option<String>,
}

impl Refusal {
    /// `{"error":{"code","message"}}`. The code ends with a colon and a space, as at the real gateway.
    pub(crate) fn object(status: u16, code: &str, message: &str) -> Self {
        let body = json!({"error": {"code": format!("{code}: "), "message": message}});
        Self::with_body(status, code, body)
    }

    /// `[{"error":{…}},…]`: used for field validation and for the consent acknowledgement.
    pub(crate) fn array(status: u16, code: &str, messages: &[String]) -> Self {
        let errors = messages
            .iter()
            .map(|message| json!({"error": {"code": code, "message": message}}))
            .collect();
        Self::with_body(status, code, errors)
    }

    /// `{"code","message","description"}`: used by the gateway's access check and for on-request.
    pub(crate) fn flat(status: u16, code: &str, message: &str, description: &str) -> Self {
        let body = json!({"code": code, "message": message, "description": description});
        Self::with_body(status, code, body)
    }

    /// `{"<field>":"<text>"}`: observed for validation failures.
    pub(crate) fn fields(status: u16, code: &str, findings: &[(String, String)]) -> Self {
        let body = findings.iter().map(|(field, text)| (field.clone(), json!(text))).collect();
        Self::with_body(status, code, body)
    }

    /// The empty 401 of the real gateway for a missing required header.
    pub(crate) fn challenge() -> Self {
        let mut refusal = Self::with_body(401, "", Value::Null);
        refusal.challenge = true;
        refusal
    }

    /// Marks the refusal as a repeat of an accepted call.
    pub(crate) fn into_duplicate(mut self) -> Self {
        self.duplicate = true;
        self
    }

    /// Marks the refusal as a violation of the contract.
    pub(crate) fn breach(mut self, rule: impl Into<String>) -> Self {
        self.breach = Some(rule.into());
        self
    }

    /// The `error` object and the violated rule, for a refusal that is sent in a callback.
    pub(crate) fn into_error(self) -> (Value, Option<String>) {
        let error = self.body.get("error").or_else(|| self.body.get(0)?.get("error")).cloned();
        (error.unwrap_or_else(|| json!({"code": self.code, "message": ""})), self.breach)
    }

    fn with_body(status: u16, code: &str, body: Value) -> Self {
        Self {
            status,
            body,
            challenge: false,
            code: code.to_owned(),
            duplicate: false,
            breach: None,
        }
    }
}

impl From<Refusal> for GatewayAnswer {
    fn from(refusal: Refusal) -> Self {
        Self {
            challenge: refusal.challenge,
            code: Some(refusal.code),
            duplicate: refusal.duplicate,
            violations: refusal.breach.into_iter().collect(),
            ..Self::new(refusal.status, refusal.body)
        }
    }
}
