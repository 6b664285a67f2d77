//! Callbacks of the gateway: verified, stored, answered with 202. Nothing else happens while the
//! gateway waits.

use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hip_commands::callbacks::wire::instant;
use hip_commands::intake::{self, IntakeError, Message};
use hip_domain::id::{FacilityId, RequestId};
use hip_domain::inbound::{ApiVersion, BearerCheck, CallbackKind, RawMessage};
use hip_infra::gateway::BearerError;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::Context;

pub(crate) async fn receive(
    State(composed): Context,
    kind: CallbackKind,
    api: ApiVersion,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let bearer = match bearer(&headers) {
        Some(token) => composed.gateway.check_bearer(token).await,
        None => Err(BearerError::Refused("there is none")),
    };
    let bearer = match bearer {
        Ok(bearer) => bearer,
        Err(error) => return unproven(&error),
    };
    let message = match message((kind, api), &uri, &headers, body, bearer) {
        Ok(message) => message,
        Err(refusal) => return refusal.into_response(),
    };
    if composed.provider.settings.facility(&message.facility).is_none() {
        tracing::warn!(request.id = %message.request_id, "a callback for a facility that is not served here");
        return Refusal(StatusCode::NOT_FOUND, "ABDM-1035", "Invalid HIP ID").into_response();
    }
    let request_id = message.request_id;
    let late_by_s = message.bearer.late_by_s;
    if composed.provider.settings.is_too_late(&message.bearer) {
        tracing::warn!(request.id = %request_id, late_by_s, "a callback with a bearer that is too late is kept");
    }
    match intake::receive(&composed.provider, message).await {
        Ok(()) => {
            tracing::info!(request.id = %request_id, callback = ?kind, "callback stored");
            StatusCode::ACCEPTED.into_response()
        }
        Err(IntakeError::RequestIdReused) => {
            tracing::warn!(request.id = %request_id, "a request id came again with another body");
            Refusal(StatusCode::BAD_REQUEST, "ABDM-1064", "Duplicate request id").into_response()
        }
        Err(error @ (IntakeError::Log(_) | IntakeError::Undecodable(_))) => {
            tracing::error!(request.id = %request_id, %error, "a callback could not be stored");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// An answer in ABDM's own shape.
struct Refusal(StatusCode, &'static str, &'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(status, code, message) = self;
        let body = json!({ "error": { "code": code, "message": message } });
        (status, axum::Json(body)).into_response()
    }
}

const INVALID: Refusal =
    Refusal(StatusCode::BAD_REQUEST, "ABDM-1006", "Bad Request, invalid request Body");

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").or_else(|| value.strip_prefix("bearer "))
}

/// A sender that is not believed gets 401; one that could not be checked is asked to come again.
fn unproven(error: &BearerError) -> Response {
    tracing::warn!(%error, "a callback was not believed");
    match error {
        BearerError::Refused(_) => {
            let body = json!({
                "code": "900902",
                "message": "Missing Credentials",
                "description": "the bearer is missing or not one of the gateway's",
            });
            (StatusCode::UNAUTHORIZED, axum::Json(body)).into_response()
        }
        BearerError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// The message, if it can be stored at all: it names a request and a facility and is JSON.
fn message(
    (kind, api): (CallbackKind, ApiVersion),
    uri: &Uri,
    headers: &HeaderMap,
    body: String,
    bearer: BearerCheck,
) -> Result<Message, Refusal> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (id, sent_at) = match api {
        ApiVersion::V3 => {
            serde_json::from_str::<IgnoredAny>(&body).map_err(|_| INVALID)?;
            (text("request-id").map(str::to_owned), text("timestamp").map(str::to_owned))
        }
        ApiVersion::V05 => {
            let named: Named = serde_json::from_str(&body).map_err(|_| INVALID)?;
            (named.request_id, named.timestamp)
        }
    };
    let request_id = id.and_then(|id| RequestId::parse(&id).ok());
    let facility = text("x-hip-id").and_then(|id| FacilityId::parse(id).ok());
    let (Some(request_id), Some(facility)) = (request_id, facility) else { return Err(INVALID) };
    let raw = RawMessage { path: uri.path().to_owned(), headers: kept(headers), body };
    let sent_at = sent_at.as_deref().and_then(instant);
    Ok(Message { kind, api, facility, request_id, sent_at, bearer, raw })
}

/// What the older dialect has in the body and ours in headers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    request_id: Option<String>,
    timestamp: Option<String>,
}

/// Everything but credentials.
fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "authorization" | "cookie"))
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect()
}
