//! Errors as RFC 9457 problem details.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A problem, for the caller. Nothing personal: paths and expectations, never values.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    /// Names the kind; the same word always means the same.
    #[serde(rename = "type")]
    kind: String,
    /// The kind in words.
    title: &'static str,
    /// HTTP status.
    status: u16,
    /// What is wrong in this case, and what to do.
    detail: String,
    /// Every fault of a document.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
    /// Seconds after which to ask again.
    #[serde(skip)]
    retry_after: Option<u32>,
}

/// One fault of a document.
#[derive(Debug, Serialize)]
pub(crate) struct Fault {
    /// Where: `beneficiary.abhaNumber`.
    pub(crate) path: String,
    /// Which rule: `pattern`.
    pub(crate) rule: String,
    /// What would have fitted.
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        kind: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            kind: format!("urn:hip:problem:{kind}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            errors: vec![],
            retry_after: None,
        }
    }

    pub(crate) fn with_faults(mut self, errors: Vec<Fault>) -> Self {
        self.errors = errors;
        self
    }

    pub(crate) fn with_retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// Something of ours is away; the caller should try again.
    pub(crate) fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Not available at the moment",
            "nothing was stored, or it is not known whether it was; sending the same again is safe",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = serde_json::to_string(&self).expect("a problem serialises");
        let mut response =
            (status, [(CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}
