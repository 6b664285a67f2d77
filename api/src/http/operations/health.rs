//! Liveness and readiness of the process.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hip_infra::health::readiness::{Found, PutAside, Unready};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Context;

/// Readiness of the service.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ready {
    /// Whether the service is ready.
    #[serde(rename = "ready")]
    can_work: bool,
    /// Why it is not ready.
    reasons: Vec<Reason>,
    /// Subscribers that continue without some events: `reader`, the name, and `events`, the number of parked events.
    #[schema(value_type = Vec<Object>)]
    put_aside: Vec<PutAside>,
}

/// Why the service is not ready.
#[derive(Serialize, ToSchema)]
struct Reason {
    /// The kind and what it concerns; `reason` is one of `database`, `writer`, `reader_halted`,
    /// `reader_behind`, `log_full`, `key_encryption_key`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    unready: Unready,
    /// Description of the reason.
    #[schema(example = "the reader consent has halted; `hip projection status` says why")]
    detail: String,
}

/// Returns 200 while the process runs.
#[utoipa::path(get, path = "/health/live", tag = "health", operation_id = "isAlive",
    responses((status = 200, description = "It does.")))]
pub(crate) async fn live() -> StatusCode {
    StatusCode::OK
}

/// Returns whether the service is ready.
///
/// It is ready if the log accepts events, its subscribers keep up, and the keys are available. `putAside` lists
/// subscribers with parked events: the service works, except for the data of these events.
#[utoipa::path(get, path = "/health/ready", tag = "health", operation_id = "isReady",
    responses((status = 200, body = Ready, description = "All is so."),
              (status = 503, body = Ready, description = "Something is not; `reasons` says what.")))]
pub(crate) async fn ready(State(app): Context) -> (StatusCode, Json<Ready>) {
    let Found { unready, put_aside } = app.readiness.look().await;
    let can_work = unready.is_empty();
    let status = if can_work { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let reasons = unready.into_iter().map(|unready| {
        let detail = unready.to_string();
        Reason { unready, detail }
    });
    let reasons = reasons.collect();
    (status, Json(Ready { can_work, reasons, put_aside }))
}
