//! `GET /v1/visit-jobs`: visits to fetch, and what blocks them.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use hip_domain::access::{Filter, Listing};
use hip_domain::id::FacilityId;
use hip_infra::postgres::queries::lists;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::Context;
use crate::http::extract::input::Query;
use crate::http::extract::page::{Cursor, Limit, Page, PageRequest};
use crate::http::extract::schema::FacilityName;
use crate::http::middleware::access_log;
use crate::http::middleware::caller::{Authorized, CanOperate, facility_filter_by_id};
use crate::http::middleware::problem::Problem;

/// State of a job.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum JobState {
    /// Not done yet.
    Due,
    /// The visit is in the log.
    Done,
    /// Given up.
    Dead,
}

impl JobState {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }
}

/// Filters jobs.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VisitJobFilter {
    /// Only of this facility.
    #[param(inline, value_type = Option<FacilityName>)]
    pub(crate) facility: Option<FacilityId>,
    /// Only jobs in this state.
    #[param(inline)]
    pub(crate) state: Option<JobState>,
    /// Number of items in a page.
    #[param(inline)]
    pub(crate) limit: Option<Limit>,
    /// `next` of the previous page.
    #[param(inline)]
    pub(crate) cursor: Option<Cursor>,
}

/// A visit that a record system has announced.
#[derive(Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VisitJob {
    /// Id for `hip visit jobs retry`.
    #[schema(example = "amrit:4711")]
    pub(crate) id: String,
    /// Code of the visit.
    pub(crate) visit_code: String,
    /// The facility, if known.
    pub(crate) facility_id: Option<String>,
    /// Whether it waits because the facility is paused.
    pub(crate) paused: bool,
    /// `due`, `done` or `dead`.
    pub(crate) state: String,
    /// Number of attempts.
    pub(crate) attempts: i32,
    /// Time of the next attempt, if it is due.
    pub(crate) next_attempt_at: Option<DateTime<Utc>>,
    /// Reason of the last failure.
    pub(crate) reason: Option<String>,
    /// When the visit was announced, in UTC.
    pub(crate) created_at: DateTime<Utc>,
    /// When it was done, in UTC.
    pub(crate) done_at: Option<DateTime<Utc>>,
}

/// Lists jobs, the newest first.
#[utoipa::path(get, path = "/v1/visit-jobs", tag = "operations", operation_id = "listVisitJobs",
    params(VisitJobFilter), responses((status = 200, body = Page<VisitJob>)))]
pub(crate) async fn list(
    Authorized(caller, _): Authorized<CanOperate>,
    State(app): Context,
    Query(filter): Query<VisitJobFilter>,
) -> Result<Json<Page<VisitJob>>, Problem> {
    let VisitJobFilter { facility, state, limit, cursor } = filter;
    let facilities = facility_filter_by_id(&app, &caller, facility.as_ref());
    let page_request = PageRequest { facilities, limit, cursor };
    let filters = [("j.state", state.map(|state| state.as_str().to_owned()))];
    let page: Page<VisitJob> = page_request.read(&app.pool, &lists::VISIT_JOBS, &filters).await?;
    let by = [(Filter::Facility, facility.is_some()), (Filter::Status, state.is_some())];
    access_log::at_list(&app, &caller, Listing::VisitJobs, &by, &page.items).await?;
    Ok(Json(page))
}
