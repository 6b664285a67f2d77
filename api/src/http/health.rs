//! Whether the process lives, and whether it can do its work.

use axum::http::StatusCode;
use hip_commands::port::Log;

use super::Context;

/// The process answers.
pub(crate) async fn live() -> StatusCode {
    StatusCode::OK
}

/// The log answers: without it nothing can be taken in.
pub(crate) async fn ready(axum::extract::State(composed): Context) -> StatusCode {
    match composed.log.head().await {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
