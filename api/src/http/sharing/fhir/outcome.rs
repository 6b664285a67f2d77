//! Responses for FHIR clients: an `OperationOutcome` where other routes return a problem.

use abdm_fhir::validate::Report;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::FHIR_JSON;
use crate::http::middleware::problem::Problem;

/// A response without a document.
pub(crate) struct FhirOutcome {
    status: StatusCode,
    body: Value,
    /// Seconds after which to retry.
    retry_after: Option<u32>,
}

impl FhirOutcome {
    /// The findings of a validation.
    pub(super) fn found(report: &Report) -> Self {
        Self { status: StatusCode::OK, body: report.to_operation_outcome(), retry_after: None }
    }

    /// A document that exists but must not be shared.
    pub(super) fn invalid(report: &Report) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            body: report.to_operation_outcome(),
            retry_after: None,
        }
    }

    /// The document does not exist, or not any more.
    pub(super) fn not_found() -> Self {
        Self::of(
            StatusCode::NOT_FOUND,
            "not-found",
            "there is no such document; an amended visit has others in its place",
        )
    }

    /// The body is too large to validate.
    pub(super) fn too_large() -> Self {
        Self::of(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-costly",
            "the document is larger than 50 MiB, or ended early",
        )
    }

    fn of(status: StatusCode, code: &str, text: &str) -> Self {
        let issue = json!({ "severity": "error", "code": code, "details": { "text": text } });
        let body = json!({ "resourceType": "OperationOutcome", "issue": [issue] });
        Self { status, body, retry_after: None }
    }
}

impl From<Problem> for FhirOutcome {
    fn from(problem: Problem) -> Self {
        let code = match problem.status() {
            StatusCode::UNAUTHORIZED => "login",
            StatusCode::TOO_MANY_REQUESTS => "throttled",
            StatusCode::SERVICE_UNAVAILABLE => "transient",
            _ => "processing",
        };
        let outcome = Self::of(problem.status(), code, problem.detail());
        Self { retry_after: problem.retry_after(), ..outcome }
    }
}

impl IntoResponse for FhirOutcome {
    fn into_response(self) -> Response {
        let head = [(CONTENT_TYPE, FHIR_JSON)];
        let mut response = (self.status, head, self.body.to_string()).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }
}
