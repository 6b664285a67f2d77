//! Whether the process lives, and whether it can do its work.

use axum::extract::State;
use axum::http::StatusCode;
use hip_commands::port::Log;
use hip_infra::projection_status;

use super::Context;

/// The process answers.
#[utoipa::path(get, path = "/health/live", tag = "health", operation_id = "isAlive",
    responses((status = 200, description = "It does.")))]
pub(crate) async fn live() -> StatusCode {
    StatusCode::OK
}

/// The log answers: without it nothing can be taken in. The text says which readers of the log have put events
/// aside: the service does its work but for what these are about.
#[utoipa::path(get, path = "/health/ready", tag = "health", operation_id = "isReady",
    responses((status = 200, description = "It does.", body = String, content_type = "text/plain"),
              (status = 503, description = "It does not.")))]
pub(crate) async fn ready(State(composed): Context) -> Result<String, StatusCode> {
    composed.log.head().await.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    let put_aside = projection_status::put_aside(&composed.pool).await;
    let put_aside = put_aside.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
    if put_aside.is_empty() {
        return Ok("ready\n".to_owned());
    }
    let readers =
        put_aside.iter().map(|(name, count)| format!("{name} has put aside {count} events\n"));
    Ok(std::iter::once("degraded\n".to_owned()).chain(readers).collect())
}
