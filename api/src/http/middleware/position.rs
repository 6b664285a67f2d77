//! Read your writes: a write returns the log position it reached; a read that
//! sends this position waits for the read models.

use std::sync::Arc;

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hip_commands::port::Log;
use hip_infra::subscription::projection_wait::{Waited, wait};

use crate::app::App;
use crate::http::intake::visit_stream;
use crate::http::middleware::caller::shown;
use crate::http::middleware::problem::Problem;

/// In a response: the position reached. In a request: the minimum position of the read models.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("hip-position");

/// The read models behind these routes.
pub(crate) const READ_MODELS: [&str; 4] = ["visit", "care_context", "consent", "data_flow_request"];

/// Wraps a route that writes: returns the position of the log, also if the same was written before,
/// by any process. If the log cannot be read, the response has no position: the write itself is
/// complete. The response to a stream of visits starts before it is read, so it has no position either.
pub(crate) async fn tell(
    Extension(app): Extension<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let is_stream = visit_stream::is_announced(request.headers());
    let mut response = next.run(request).await;
    if response.status().is_success()
        && !is_stream
        && let Ok(position) = app.log.head().await
    {
        response.headers_mut().insert(HEADER, HeaderValue::from(position));
    }
    response
}

/// Wraps a route that reads: with `Hip-Position` it waits until the read models have reached it,
/// at most two seconds; then it returns 503 instead of outdated data.
pub(crate) async fn wait_for(
    Extension(app): Extension<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(header) = request.headers().get(HEADER) else { return next.run(request).await };
    let key = shown(request.headers()).unwrap_or_default();
    if app.clients.caller(key).is_none() {
        return next.run(request).await; // a stranger is refused inside, and nothing waits for them
    }
    let position = header.to_str().ok().and_then(|text| text.parse().ok());
    let Some(position) = position.filter(|position| *position >= 0) else {
        return unreadable().into_response();
    };
    match until(&app, &READ_MODELS, position).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Waits until these read models have reached the position.
///
/// # Errors
///
/// 503 after two seconds, 409 if the position is beyond the end of the log.
pub(crate) async fn until(app: &App, names: &[&str], position: i64) -> Result<(), Problem> {
    match wait(&app.pool, names, position).await {
        Ok(Waited::Reached) => Ok(()),
        Ok(Waited::Beyond) => Err(beyond()),
        Ok(Waited::NotYet) => Err(not_yet()),
        Err(_) => Err(Problem::unavailable()),
    }
}

fn unreadable() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "invalid-position",
        "`Hip-Position` is no position",
        "send what an answer of this service had in `Hip-Position`",
    )
}

/// For example after the database was restored to an earlier time.
fn beyond() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "no-such-position",
        "The log has no such position",
        "send what an answer of this service had in `Hip-Position`; it may be of a time before a restore",
    )
}

fn not_yet() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "not-yet",
        "Read model not up to date yet",
        "ask again in a moment, or without a position for what is shown now",
    )
    .with_retry_after(1)
}
