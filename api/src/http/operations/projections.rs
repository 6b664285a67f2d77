//! `GET /v1/projections`: how far each reader of the log has come.

use axum::Json;
use axum::extract::State;
use hip_infra::subscription::projection_status::{self, ProjectionStatus};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Context;
use crate::http::middleware::caller::{Authorized, CanOperate};
use crate::http::middleware::problem::Problem;

/// All readers of the log.
#[derive(Serialize, ToSchema)]
pub(crate) struct Projections {
    /// By name.
    #[schema(value_type = Vec<Projection>)]
    items: Vec<ProjectionStatus>,
}

/// A reader of the log, and where it stands.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a type of a crate that knows nothing of this interface")]
pub(crate) struct Projection {
    /// Which.
    #[schema(example = "care_context")]
    name: String,
    /// Of several that were built one after the other.
    generation: i32,
    /// `live`, `building`, or `halted` at an event that it cannot apply.
    #[schema(example = "live")]
    state: String,
    /// The newest event that was applied.
    position: i64,
    /// How many it has still to apply.
    lag_events: i64,
    /// When the oldest of those was recorded.
    oldest_at: Option<chrono::DateTime<chrono::Utc>>,
    /// Seconds since then.
    lag_seconds: Option<f64>,
    /// The process that holds the lease.
    owner: Option<String>,
    /// Why it halted.
    last_error: Option<String>,
}

/// How far each reader of the log has come.
#[utoipa::path(get, path = "/v1/projections", tag = "operations", operation_id = "listProjections",
    responses((status = 200, body = Projections)))]
pub(crate) async fn list(
    _: Authorized<CanOperate>,
    State(app): Context,
) -> Result<Json<Projections>, Problem> {
    let items = projection_status::all(&app.pool).await;
    Ok(Json(Projections { items: items.map_err(|error| Problem::database_unavailable(&error))? }))
}
