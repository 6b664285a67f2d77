//! Whether the process lives, and whether it can do its work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hip_infra::health::readiness::{Found, PutAside, Unready};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Context;

/// Whether the service can do its work.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ready {
    /// Whether it can.
    #[serde(rename = "ready")]
    can_work: bool,
    /// Why it cannot.
    reasons: Vec<Reason>,
    /// Readers of the log that go on without some events: `reader`, its name, and `events`, how many.
    #[schema(value_type = Vec<Object>)]
    put_aside: Vec<PutAside>,
}

/// Why the service cannot do its work.
#[derive(Serialize, ToSchema)]
struct Reason {
    /// The kind and what it concerns; `reason` is one of `database`, `writer`, `reader_halted`,
    /// `reader_behind`, `log_full`, `key_encryption_key`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    unready: Unready,
    /// The same in words.
    #[schema(example = "the reader consent has halted; `hip projection status` says why")]
    detail: String,
}

/// The process answers.
#[utoipa::path(get, path = "/health/live", tag = "health", operation_id = "isAlive",
    responses((status = 200, description = "It does.")))]
pub(crate) async fn live() -> StatusCode {
    StatusCode::OK
}

/// The log takes events, its readers keep up with it, and the keys are known. `putAside` names the readers that
/// have put events aside: the service does its work but for what these are about.
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
