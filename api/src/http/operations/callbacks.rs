//! `GET /v1/callbacks`, `…/{requestId}`, `…/{requestId}/history`: callbacks of the gateway, and their
//! state.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use hip_commands::accountability::caller::Caller;
use hip_commands::operations::replay::history;
use hip_domain::access::{Filter, Listing, View};
use hip_domain::id::{FacilityId, RequestId};
use hip_domain::stream::StreamId;
use hip_infra::postgres::queries::correlation_index::PgCorrelationIndex;
use hip_infra::postgres::queries::lists;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::Context;
use crate::http::extract::input::{PathParam, Query};
use crate::http::extract::page::{self, Cursor, Limit, Page, PageRequest};
use crate::http::extract::schema::FacilityName;
use crate::http::middleware::access_log;
use crate::http::middleware::caller::{
    Authorized, CanOperate, facility_filter, facility_filter_by_id,
};
use crate::http::middleware::problem::Problem;
use crate::http::operations::callback_history::MessageHistory;

/// State of a callback.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// Stored, but not interpreted yet.
    Received,
    /// Its results are in the log.
    Interpreted,
    /// Interpreted and rejected.
    Rejected,
    /// It does not have the form of its kind.
    Failed,
}

impl Status {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Interpreted => "interpreted",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
        }
    }
}

/// Filters callbacks.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CallbackFilter {
    /// Only to this facility.
    #[param(inline, value_type = Option<FacilityName>)]
    facility: Option<FacilityId>,
    /// Only those in this state.
    #[param(inline)]
    status: Option<Status>,
    /// Only of this kind.
    #[param(max_length = 40, pattern = "^[a-z_]+$", example = "discover")]
    kind: Option<String>,
    /// Number of items in a page.
    #[param(inline)]
    limit: Option<Limit>,
    /// `next` of the previous page.
    #[param(inline)]
    cursor: Option<Cursor>,
}

/// A callback. Its content is in the log, encrypted.
#[derive(Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Callback {
    /// Its `REQUEST-ID`.
    request_id: Uuid,
    /// Callback kind.
    #[schema(example = "discover")]
    kind: String,
    /// The API version it speaks: `v3` or `v05`.
    api: String,
    /// The facility that it is addressed to.
    facility_id: String,
    /// When it was received, in UTC.
    received_at: DateTime<Utc>,
    /// Position of its event in the log.
    position: i64,
    /// Seconds since the expiry of its bearer; 0 if it was valid.
    late_by_s: i64,
    /// `received`, `interpreted`, `rejected` or `failed`.
    status: String,
    /// Error code of a rejection.
    error: Option<String>,
    /// The invalid member.
    field: Option<String>,
    /// Why it was rejected, or what was expected.
    reason: Option<String>,
    /// When it was processed, in UTC.
    closed_at: Option<DateTime<Utc>>,
    /// Number of replays.
    replays: i32,
    /// Id of the newest replay order.
    replay_id: Option<Uuid>,
}

/// Lists callbacks, the newest first.
#[utoipa::path(get, path = "/v1/callbacks", tag = "operations", operation_id = "listCallbacks",
    params(CallbackFilter), responses((status = 200, body = Page<Callback>)))]
pub(crate) async fn list(
    Authorized(caller, _): Authorized<CanOperate>,
    State(app): Context,
    Query(filter): Query<CallbackFilter>,
) -> Result<Json<Page<Callback>>, Problem> {
    let CallbackFilter { facility, status, kind, limit, cursor } = filter;
    let facilities = facility_filter_by_id(&app, &caller, facility.as_ref());
    let page_request = PageRequest { facilities, limit, cursor };
    let by = [
        (Filter::Facility, facility.is_some()),
        (Filter::Status, status.is_some()),
        (Filter::Kind, kind.is_some()),
    ];
    let status = status.map(|status| status.as_str().to_owned());
    let filters = [("status", status), ("kind", kind)];
    let page: Page<Callback> = page_request.read(&app.pool, &lists::CALLBACKS, &filters).await?;
    access_log::at_list(&app, &caller, Listing::Callbacks, &by, &page.items).await?;
    Ok(Json(page))
}

/// Returns one callback.
#[utoipa::path(get, path = "/v1/callbacks/{requestId}", tag = "operations", operation_id = "showCallback",
    params(("requestId" = Uuid, Path, description = "its REQUEST-ID")),
    responses((status = 200, body = Callback)))]
pub(crate) async fn show(
    Authorized(caller, _): Authorized<CanOperate>,
    State(app): Context,
    PathParam(id): PathParam,
) -> Result<Json<Callback>, Problem> {
    found(&app, &caller, &id).await.map(Json)
}

/// Lists each interpretation of a callback, with its order and result, and the calls that followed.
#[utoipa::path(get, path = "/v1/callbacks/{requestId}/history", tag = "operations",
    operation_id = "showCallbackHistory",
    params(("requestId" = Uuid, Path, description = "its REQUEST-ID")),
    responses((status = 200, body = MessageHistory)))]
pub(crate) async fn history(
    Authorized(caller, _): Authorized<CanOperate>,
    State(app): Context,
    PathParam(id): PathParam,
) -> Result<Json<MessageHistory>, Problem> {
    let callback = found(&app, &caller, &id).await?;
    let conversations = PgCorrelationIndex::new(app.pool.clone());
    let calls = conversations.calls_so_far(callback.request_id).await;
    let calls = calls.map_err(|error| Problem::database_unavailable(&error))?;
    let stream = StreamId::inbound(RequestId(callback.request_id));
    let story = history::history(&app.ports, &stream, &calls).await;
    story.map(|story| Json(story.into())).map_err(|error| {
        tracing::error!(%error, "the history of a callback cannot be read");
        Problem::unavailable()
    })
}

/// Finds a callback and records the access.
async fn found(app: &App, caller: &Caller, id: &str) -> Result<Callback, Problem> {
    const ABSENT: &str = "There is no such callback";
    let id = RequestId::parse(id).map_err(|_| Problem::not_found(ABSENT))?;
    let stream = StreamId::inbound(id);
    let filters = [("stream_id", Some(stream.as_str().to_owned()))];
    let found =
        page::newest(&app.pool, &lists::CALLBACKS, facility_filter(caller, None), &filters).await?;
    let found = found.ok_or_else(|| Problem::not_found(ABSENT))?;
    access_log::at_thing(app, caller, View::Callback, &stream).await?;
    Ok(found)
}
