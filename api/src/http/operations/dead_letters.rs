//! `GET /v1/dead-letters`: dead letters, grouped by cause.

use axum::Json;
use axum::extract::State;
use hip_domain::id::FacilityId;
use hip_infra::worker::replays::{Group, groups};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::Context;
use crate::http::extract::input::Query;
use crate::http::middleware::caller::{Authorized, CanOperate, facility_filter_by_id};
use crate::http::middleware::problem::Problem;

/// Filters dead letters.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeadLetterFilter {
    /// Only of this facility.
    #[param(value_type = Option<String>, max_length = 64, pattern = "^[A-Za-z0-9._@-]+$", example = "IN0610099001")]
    facility: Option<FacilityId>,
}

/// All dead letters.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeadLetters {
    /// By cause, the most frequent first.
    groups: Vec<Group>,
}

/// Lists dead letters, grouped by cause.
///
/// These are callbacks that were rejected, failed or could not be processed, and calls that were given up.
/// `POST /v1/replays` accepts a cause.
#[utoipa::path(get, path = "/v1/dead-letters", tag = "operations", operation_id = "listDeadLetters",
    params(DeadLetterFilter), responses((status = 200, body = DeadLetters)))]
pub(crate) async fn list(
    Authorized(caller, _): Authorized<CanOperate>,
    State(app): Context,
    Query(which): Query<DeadLetterFilter>,
) -> Result<Json<DeadLetters>, Problem> {
    let facilities = facility_filter_by_id(&app, &caller, which.facility.as_ref());
    let groups = groups(&app.pool, facilities.as_deref()).await;
    let groups = groups.map_err(|error| Problem::database_unavailable(&error))?;
    Ok(Json(DeadLetters { groups }))
}
