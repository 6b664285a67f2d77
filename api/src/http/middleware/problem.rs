//! Errors as RFC 9457 problem details.

use axum::extract::Request;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// The media type of problems.
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request was rejected. Contains no personal data: paths and expectations, never values.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Stable identifier of the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:hip:problem:not-found")]
    kind: String,
    /// Title of the kind.
    #[schema(value_type = String, example = "There is no such visit")]
    title: &'static str,
    /// HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    status: u16,
    /// Description of this case, and what to do.
    #[schema(example = "a visit has to be pushed before it can be linked")]
    detail: String,
    /// All faults of a document.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Fault>,
    /// Seconds after which to retry.
    #[serde(skip)]
    retry_after: Option<u32>,
}

/// One fault of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Fault {
    /// Path of the faulty value.
    #[schema(example = "beneficiary.abhaNumber")]
    pub(crate) path: String,
    /// Name of the rule.
    #[schema(example = "pattern")]
    pub(crate) rule: String,
    /// What is expected.
    #[schema(example = "must be 14 digits, with or without hyphens")]
    pub(crate) message: String,
}

impl Fault {
    /// A value that is not permitted.
    pub(crate) fn of_value(path: &str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), rule: "value".to_owned(), message: message.into() }
    }
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

    /// The request is valid in form, but not in content.
    pub(crate) fn unprocessable(faults: Vec<Fault>) -> Self {
        let title = "The request is not valid";
        let detail = "correct the fields listed in `errors` and send it again";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-request", title, detail)
            .with_faults(faults)
    }

    pub(crate) fn with_retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    pub(crate) const fn retry_after(&self) -> Option<u32> {
        self.retry_after
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// A dependency is unavailable; the caller should retry.
    pub(crate) fn unavailable() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Not available at the moment",
            "nothing was stored, or it is not known whether it was; sending the same again is safe",
        )
    }

    /// The read models are unavailable.
    pub(crate) fn database_unavailable(error: &sqlx::Error) -> Self {
        tracing::warn!(%error, "a request could not be answered");
        Self::unavailable()
    }

    /// The item does not exist or belongs to another caller; the response does not tell which.
    pub(crate) fn not_found(title: &'static str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            title,
            "it does not exist, is not the caller's, or came a moment ago and appears within a second",
        )
    }

    /// The media type is not supported by this route.
    pub(crate) fn unsupported(wanted: &'static str) -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "Unsupported media type",
            format!("send content-type: {wanted}"),
        )
    }

    /// An error of a layer around the routes, by its status.
    pub(crate) fn from_status(status: StatusCode) -> Self {
        let (kind, title, detail) = match status {
            StatusCode::NOT_FOUND => ("no-route", "No such route", "see /openapi.json"),
            StatusCode::METHOD_NOT_ALLOWED => {
                ("method", "Method not allowed", "the header Allow says what is; see /openapi.json")
            }
            StatusCode::PAYLOAD_TOO_LARGE => (
                "too-large",
                "The body is too large",
                "the description of the route says how large",
            ),
            StatusCode::BAD_REQUEST => {
                ("invalid-request", "The request is not valid", "it cannot be read")
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => return Self::unsupported("application/json"),
            status if status.is_server_error() => {
                return Self { status: status.as_u16(), ..Self::unavailable() };
            }
            _ => ("refused", "The request is refused", "see /openapi.json"),
        };
        Self::new(status, kind, title, detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let body = serde_json::to_string(&self).expect("a problem serialises");
        let mut response = (status, [(CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

/// Paths whose errors are problems. AMRIT's and the gateway's routes have their own formats.
const OURS: [&str; 4] = ["/v1/", "/fhir/", "/docs", "/openapi.json"];

/// Turns every refusal into a problem response, also those of the framework. Routes with an error format of their own
/// keep it.
pub(crate) async fn problem_layer(request: Request, next: Next) -> Response {
    let is_ours = OURS.iter().any(|start| request.uri().path().starts_with(start));
    let response = next.run(request).await;
    if is_ours { dressed(response) } else { response }
}

fn dressed(response: Response) -> Response {
    let (status, headers) = (response.status(), response.headers());
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_refusal = status.is_client_error() || status.is_server_error();
    if !is_refusal || kind.contains("json") {
        return response;
    }
    let mut dressed = Problem::from_status(status).into_response();
    for name in [ALLOW, RETRY_AFTER] {
        if let Some(value) = headers.get(&name) {
            dressed.headers_mut().insert(name, value.clone());
        }
    }
    dressed
}
