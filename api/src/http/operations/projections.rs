//! `GET /v1/projections`: the progress of each subscriber.

use axum::Json;
use axum::extract::State;
use hip_infra::subscription::projection_status::{self, ProjectionStatus};
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::Context;
use crate::http::middleware::caller::{Authorized, CanOperate};
use crate::http::middleware::problem::Problem;

/// All subscribers of the log.
#[derive(Serialize, ToSchema)]
pub(crate) struct Projections {
    /// Sorted by name.
    #[schema(value_type = Vec<Projection>)]
    pub(crate) items: Vec<ProjectionStatus>,
}

/// Progress of a subscriber.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a type of a crate that knows nothing of this interface")]
pub(crate) struct Projection {
    /// Name of the subscriber.
    #[schema(example = "care_context")]
    name: String,
    /// Number of the generation, from 1.
    generation: i32,
    /// `live`, `building`, or `halted` at an event that it cannot apply.
    #[schema(example = "live")]
    state: String,
    /// Position of the newest event that was applied.
    position: i64,
    /// Events that it has still to apply.
    lag_events: i64,
    /// When the oldest of those was recorded, in UTC.
    oldest_at: Option<chrono::DateTime<chrono::Utc>>,
    /// Seconds since then.
    lag_seconds: Option<f64>,
    /// The process with the lease.
    owner: Option<String>,
    /// Why it stopped.
    last_error: Option<String>,
}

/// Lists the progress of each subscriber.
#[utoipa::path(get, path = "/v1/projections", tag = "operations", operation_id = "listProjections",
    responses((status = 200, body = Projections)))]
pub(crate) async fn list(
    _: Authorized<CanOperate>,
    State(app): Context,
) -> Result<Json<Projections>, Problem> {
    let items = projection_status::all(&app.pool).await;
    Ok(Json(Projections { items: items.map_err(|error| Problem::database_unavailable(&error))? }))
}
