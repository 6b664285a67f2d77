//! `POST /v1/visits`. The state of a visit is in [`crate::http::intake::visit`].

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use hip_commands::accountability::caller::Caller;
use hip_commands::visits::push;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::extract::bodies;
use crate::http::extract::input::is_json;
use crate::http::intake::visit_answer::{Warning, problem};
use crate::http::intake::visit_stream;
use crate::http::middleware::caller::{Authorized, CanPush};
use crate::http::middleware::problem::Problem;
use crate::http::{Context, ShutdownSignal, VISIT_BYTES_MAX};
use crate::path_segment::path_segment;

/// A stored visit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordedVisit {
    /// Visit code as it was pushed.
    #[schema(example = "30000000000104729")]
    visit_code: String,
    /// Its facility, by its service id.
    #[schema(example = "IN0610099001")]
    facility: String,
    /// Whether this push changed anything.
    changed: bool,
    /// Warnings about an accepted document; at most 50. Omitted if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning>,
}

/// Records a visit, or a stream of visits.
///
/// Its documents and its link follow. In a stream, each line is one document, and is
/// answered by a line with `line`, `status`, and the response that the same push alone would get,
/// or a `problem`. A repeated push changes nothing.
#[utoipa::path(post, path = "/v1/visits", tag = "records", operation_id = "pushVisit",
    request_body(description = "A visit document, of at most 32 MiB; or lines of them, each as large.",
        content((VisitDocument = "application/json"), (String = "application/x-ndjson"))),
    responses(
        (status = 200, description = "The visit was known like this already; or the lines of a stream.",
         content((RecordedVisit = "application/json"), (String = "application/x-ndjson")),
         headers(("location" = Option<String>, description = "where the visit is shown"))),
        (status = 201, body = RecordedVisit, description = "The visit is in the log.",
         headers(("location" = String, description = "where the visit is shown")),
         links(("show" = (operation_id = "showVisit",
                parameters(("visitCode" = "$response.body#/visitCode"),
                           ("facility" = "$response.body#/facility")))))),
        (status = 409, body = Problem, content_type = "application/problem+json",
         description = "The `eventId` was used for another document.")))]
pub(crate) async fn receive(
    Authorized(caller, _): Authorized<CanPush>,
    State(app): Context,
    Extension(ShutdownSignal(stop)): Extension<ShutdownSignal>,
    request: Request,
) -> Response {
    if visit_stream::is_announced(request.headers()) {
        let to = (app, caller);
        return visit_stream::record(to, request.into_body(), VISIT_BYTES_MAX, stop);
    }
    if !is_json(request.headers()) {
        return Problem::unsupported("application/json or application/x-ndjson").into_response();
    }
    let (parts, body) = request.into_parts();
    let name = caller.name.as_str();
    let read = bodies::read(&app.room, name, &parts.headers, body, VISIT_BYTES_MAX).await;
    let (body, taken) = match read {
        Ok(read) => read,
        Err(unread) => return unread.into_response(),
    };
    let Ok(document) = std::str::from_utf8(&body) else {
        return Problem::from_status(StatusCode::BAD_REQUEST).into_response();
    };
    let answer = record(&app, &caller, document).await.into_response();
    drop(taken);
    answer
}

/// Stores a visit document. A repeated document changes nothing and gets the same response.
async fn record(app: &App, caller: &Caller, document: &str) -> Result<Response, Problem> {
    let recorded = push::record(&app.ports, caller, document).await;
    let recorded = recorded.map_err(|error| problem(&error))?;
    tracing::info!(facility = %recorded.facility, changed = recorded.changed, "visit recorded");
    let code = path_segment(&recorded.visit_code);
    let location = format!("/v1/visits/{code}?facility={}", recorded.facility);
    let status = if recorded.changed { StatusCode::CREATED } else { StatusCode::OK };
    let body = RecordedVisit {
        visit_code: recorded.visit_code,
        facility: recorded.facility.into(),
        changed: recorded.changed,
        warnings: recorded.warnings.into_iter().map(Warning::from).collect(),
    };
    Ok((status, [(LOCATION, location)], axum::Json(body)).into_response())
}

/// Placeholder for the published schema of visit documents, which [`crate::http::openapi`] inserts.
#[derive(ToSchema)]
#[schema(value_type = Object)]
pub(crate) struct VisitDocument(#[expect(dead_code, reason = "never made")] serde_json::Value);
