//! Callbacks of the gateway: verified, stored, answered with 202. Processing starts after the
//! answer.

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use hip_commands::Ports;
use hip_commands::inbox::callbacks::wire::{instant, readable};
use hip_commands::inbox::receive::{self, ReceiveError, VerifiedCallback};
use hip_commands::inbox::routing::facility_of;
use hip_commands::operations::abdm_error::OwnCode;
use hip_domain::id::{FacilityId, RequestId};
use hip_domain::inbound::{ApiVersion, CallbackKind, RawCallback};
use hip_infra::http::gateway::BearerError;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use crate::http::Context;
use crate::http::extract::bodies;
use crate::http::middleware::refused::Refused;

/// Verifies the sender before reading the body.
pub(in crate::http) async fn receive(
    State(app): Context,
    (kind, version): (CallbackKind, ApiVersion),
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let bearer = match bearer(&parts.headers) {
        Some(token) => app.gateway.check_bearer(token).await,
        None => Err(BearerError::Refused("there is none")),
    };
    let bearer = match bearer {
        Ok(bearer) => bearer,
        Err(error) => return unproven(&error),
    };
    let read = bodies::read(&app.room, GATEWAY, &parts.headers, body, CALLBACK_BYTES_MAX).await;
    let (body, taken) = match read {
        Ok(read) => read,
        Err(unread) => return unread.status().into_response(),
    };
    let Ok(body) = String::from_utf8(body.into()) else { return INVALID.into_response() };
    let head = match head(version, &parts.headers, &body) {
        Ok(head) => head,
        Err(refusal) => return refusal.into_response(),
    };
    let Head { request_id, facility: named, sent_at } = head;
    let facility = match facility_of(&app.ports, kind, named.as_ref(), &body).await {
        Ok(Some(facility)) => facility,
        Ok(None) => return unrouted(&app.ports, request_id, kind, named).await,
        Err(error) => {
            tracing::error!(request.id = %request_id, %error, "a callback could not be routed");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    };
    let headers = kept(&parts.headers);
    let raw = RawCallback { path: parts.uri.path().to_owned(), headers, body };
    let named = named.filter(|id| app.ports.settings.is_former(id));
    let message =
        VerifiedCallback { kind, api: version, facility, named, request_id, sent_at, bearer, raw };
    let answer = store(&app.ports, message).await;
    drop(taken);
    answer
}

/// Name under which the gateway reserves memory for bodies.
const GATEWAY: &str = "gateway";

/// Maximum size of a callback, in bytes: a consent for thousands of care contexts.
const CALLBACK_BYTES_MAX: usize = 2 * 1024 * 1024;

async fn store(ports: &Ports, message: VerifiedCallback) -> Response {
    let VerifiedCallback { request_id, kind, .. } = message;
    let late_by_s = message.bearer.late_by_s;
    if ports.settings.is_too_late(&message.bearer) {
        tracing::warn!(request.id = %request_id, late_by_s, "a callback's bearer had expired too long ago; the callback is stored and not acted upon");
    }
    match receive::receive(ports, message).await {
        Ok(()) => {
            tracing::info!(request.id = %request_id, callback = ?kind, "callback stored");
            StatusCode::ACCEPTED.into_response()
        }
        Err(ReceiveError::RequestIdReused) => {
            tracing::warn!(request.id = %request_id, "a request id was used again with another body");
            Refusal(StatusCode::BAD_REQUEST, OwnCode::RequestIdReused, "Duplicate request id")
                .into_response()
        }
        Err(error @ (ReceiveError::Log(_) | ReceiveError::Undecodable(_))) => {
            tracing::error!(request.id = %request_id, %error, "a callback could not be stored");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// A message without a known recipient cannot be stored. Its arrival is recorded in the log.
async fn unrouted(
    ports: &Ports,
    request_id: RequestId,
    kind: CallbackKind,
    named: Option<FacilityId>,
) -> Response {
    tracing::warn!(request.id = %request_id, callback = ?kind, "a callback for a facility that is not served");
    if let Err(error) = receive::record_unrouted(ports, request_id, kind, named).await {
        tracing::error!(request.id = %request_id, %error, "a refused callback could not be recorded");
    }
    Refusal(StatusCode::NOT_FOUND, OwnCode::WrongFacility, "Invalid HIP ID").into_response()
}

/// An error response in ABDM's own shape.
struct Refusal(StatusCode, OwnCode, &'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, code, message) = self;
        let body = json!({ "error": { "code": code.as_str(), "message": message } });
        (status, axum::Json(body)).into_response()
    }
}

const INVALID: Refusal = Refusal(
    StatusCode::BAD_REQUEST,
    OwnCode::MalformedMessage,
    "Bad Request, invalid request Body",
);

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer "))
}

/// 401 for an invalid bearer; 503 for one that could not be checked, so that the sender retries.
fn unproven(error: &BearerError) -> Response {
    match error {
        BearerError::Refused(why) => {
            let body = json!({
                "code": "900902",
                "message": "Missing Credentials",
                "description": "the bearer is missing or not one of the gateway's",
            });
            let mut response = (StatusCode::UNAUTHORIZED, axum::Json(body)).into_response();
            // The layer around all routes logs it.
            response.extensions_mut().insert(Refused(why));
            response
        }
        BearerError::Unavailable(_) => {
            tracing::warn!(%error, "a callback's bearer cannot be verified");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Identification of a message.
struct Head {
    request_id: RequestId,
    facility: Option<FacilityId>,
    sent_at: Option<DateTime<Utc>>,
}

/// Checks that a message is JSON and names its request; only then can it be stored.
fn head(version: ApiVersion, headers: &HeaderMap, body: &str) -> Result<Head, Refusal> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let body = readable(body);
    let (id, sent_at) = match version {
        ApiVersion::V3 => {
            serde_json::from_str::<IgnoredAny>(&body).map_err(|_| INVALID)?;
            (text("request-id").map(str::to_owned), text("timestamp").map(str::to_owned))
        }
        ApiVersion::V05 => {
            let named: Named = serde_json::from_str(&body).map_err(|_| INVALID)?;
            (named.request_id, named.timestamp)
        }
    };
    let request_id = id.and_then(|id| RequestId::parse(id.trim()).ok()).ok_or(INVALID)?;
    let facility = text("x-hip-id").map(str::trim).filter(|id| !id.is_empty());
    let facility = facility.map(FacilityId::parse).transpose().map_err(|_| INVALID)?;
    Ok(Head { request_id, facility, sent_at: sent_at.as_deref().and_then(instant) })
}

/// What the earlier API version (v0.5) has in the body and ours in headers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    request_id: Option<String>,
    timestamp: Option<String>,
}

/// All headers except credentials.
fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "authorization" | "cookie"))
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect()
}
