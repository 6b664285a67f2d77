//! `GET /v1/dead-letters`: dead letters, grouped by cause.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use hip_domain::id::FacilityId;
use hip_infra::worker::replays;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::Context;
use crate::http::extract::input::Query;
use crate::http::extract::schema::FacilityName;
use crate::http::middleware::caller::{Authorized, CanOperate, facility_filter_by_id};
use crate::http::middleware::problem::Problem;

/// Filters dead letters.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeadLetterFilter {
    /// Only of this facility.
    #[param(inline, value_type = Option<FacilityName>)]
    pub(crate) facility: Option<FacilityId>,
}

/// Messages and calls that were given up for the same cause.
#[derive(Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeadLetterGroup {
    /// Name of the group: a replay with it selects all of them.
    pub(crate) cause: String,
    /// `callback` or `call`.
    pub(crate) direction: String,
    /// Kind of the callback or call.
    pub(crate) kind: String,
    /// Final status; `stuck` for a callback that could not be processed.
    pub(crate) status: String,
    /// Code of the refusal.
    pub(crate) error: Option<String>,
    /// The invalid member.
    pub(crate) field: Option<String>,
    /// Reason of the newest one.
    pub(crate) reason: Option<String>,
    /// Number of messages and calls.
    pub(crate) count: i64,
    /// Number of those that were replayed before.
    pub(crate) replayed: i64,
    /// Time of the oldest, in UTC.
    pub(crate) oldest_at: DateTime<Utc>,
    /// Time of the newest, in UTC.
    pub(crate) newest_at: DateTime<Utc>,
    /// The next deadline of the network that has not passed, where it sets one.
    pub(crate) next_deadline: Option<DateTime<Utc>>,
    /// Number of those whose deadline has passed.
    pub(crate) overdue: i64,
}

/// All dead letters.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeadLetters {
    /// By cause, the most frequent first.
    pub(crate) groups: Vec<DeadLetterGroup>,
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
    Query(filter): Query<DeadLetterFilter>,
) -> Result<Json<DeadLetters>, Problem> {
    let facilities = facility_filter_by_id(&app, &caller, filter.facility.as_ref());
    let groups = replays::groups(&app.pool, facilities.as_deref()).await;
    let groups = groups.map_err(|error| Problem::database_unavailable(&error))?;
    Ok(Json(DeadLetters { groups }))
}
