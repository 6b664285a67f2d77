//! Whether the process lives, and whether it can do its work.

use axum::http::StatusCode;
use hip_commands::port::Log;

use super::Context;

/// The process answers.
#[utoipa::path(get, path = "/health/live", tag = "health", operation_id = "isAlive",
    responses((status = 200, description = "It does.")))]
pub(crate) async fn live() -> StatusCode {
    StatusCode::OK
}

/// The log answers: without it nothing can be taken in.
#[utoipa::path(get, path = "/health/ready", tag = "health", operation_id = "isReady",
    responses((status = 200, description = "It does."), (status = 503, description = "It does not.")))]
pub(crate) async fn ready(axum::extract::State(composed): Context) -> StatusCode {
    match composed.log.head().await {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
