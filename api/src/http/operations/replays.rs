//! `GET /v1/replays`, `…/{id}`, `…/{id}/items`, `GET /v1/replay-switch`: orders and their results.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use hip_commands::accountability::caller::Caller;
use hip_commands::operations::replay::order;
use hip_domain::access::{Filter, Listing};
use hip_infra::worker::replays;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::app::App;
use crate::http::Context;
use crate::http::extract::input::{PathParam, Query};
use crate::http::extract::page::{Cursor, Limit, Page};
use crate::http::middleware::access_log;
use crate::http::middleware::caller::{Authorized, CanOperate, facility_filter};
use crate::http::middleware::problem::Problem;

/// Filters orders.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReplayOrderFilter {
    /// Maximum number of items in a page.
    #[param(inline)]
    pub(crate) limit: Option<Limit>,
    /// `next` of the previous page.
    #[param(inline)]
    pub(crate) cursor: Option<Cursor>,
}

/// State of an order.
#[derive(Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReplayOrder {
    /// Its id.
    pub(crate) replay_id: Uuid,
    /// `running`, `paused`, `cancelled` or `completed`.
    pub(crate) state: String,
    /// `projections`, `safe` or `all`.
    pub(crate) policy: String,
    /// Name of the operator.
    pub(crate) ordered_by: String,
    /// Reason given by the operator.
    pub(crate) why: Option<String>,
    /// Maximum number of items per second.
    pub(crate) rate_per_s: Option<i32>,
    /// Facilities of its items.
    pub(crate) facilities: Vec<String>,
    /// Time of the order, in UTC.
    pub(crate) created_at: DateTime<Utc>,
    /// Number of items.
    pub(crate) items: i32,
    /// Items not processed yet.
    pub(crate) due: i64,
    /// Items interpreted, or sent again.
    pub(crate) completed: i64,
    /// Items interpreted and refused.
    pub(crate) refused: i64,
    /// Items that could not be interpreted, or must not be repeated.
    pub(crate) failed: i64,
    /// Items without anything to do.
    pub(crate) skipped: i64,
    /// Calls that are sent again.
    pub(crate) resent: i64,
}

/// Lists orders whose items are all of the caller's facilities, with their progress; the newest first.
#[utoipa::path(get, path = "/v1/replays", tag = "operations", operation_id = "listReplays",
    params(ReplayOrderFilter), responses((status = 200, body = Page<ReplayOrder>)))]
pub(crate) async fn list(
    Authorized(caller, _): Authorized<CanOperate>,
    State(app): Context,
    Query(filter): Query<ReplayOrderFilter>,
) -> Result<Json<Page<ReplayOrder>>, Problem> {
    let limit = filter.limit.unwrap_or_default();
    let facilities = facility_filter(&caller, None);
    let after = filter.cursor.as_ref().map(Cursor::place);
    let one_more = limit.and_one_more();
    let items = replays::orders(&app.pool, facilities.as_deref(), after, one_more).await;
    let items = items.map_err(|error| Problem::database_unavailable(&error))?;
    let place = |order: &ReplayOrder| (order.created_at, order.replay_id.to_string());
    Ok(Json(Page::cut(items, limit, place)))
}

/// Returns one order with its progress.
#[utoipa::path(get, path = "/v1/replays/{id}", tag = "operations", operation_id = "showReplay",
    params(("id" = Uuid, Path, description = "as the order was answered")),
    responses((status = 200, body = ReplayOrder)))]
pub(crate) async fn show(
    Authorized(caller, _): Authorized<CanOperate>,
    State(app): Context,
    PathParam(id): PathParam,
) -> Result<Json<ReplayOrder>, Problem> {
    found(&app, &caller, &id).await.map(Json)
}

/// An order, if the caller may see it.
pub(in crate::http) async fn found(
    app: &App,
    caller: &Caller,
    id: &str,
) -> Result<ReplayOrder, Problem> {
    const ABSENT: &str = "There is no such replay";
    let id = Uuid::try_parse(id).map_err(|_| Problem::not_found(ABSENT))?;
    let found = replays::one(&app.pool, facility_filter(caller, None).as_deref(), id).await;
    let found = found.map_err(|error| Problem::database_unavailable(&error))?;
    found.ok_or_else(|| Problem::not_found(ABSENT))
}

/// Filters items.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReplayItemFilter {
    /// Only those after the item with this number.
    #[param(minimum = 0)]
    pub(crate) after: Option<u32>,
    /// Maximum number of items in a page.
    #[param(inline)]
    pub(crate) limit: Option<Limit>,
}

/// State of an item.
#[derive(Serialize, ToSchema, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReplayItem {
    /// Id of its order.
    pub(crate) replay_id: Uuid,
    /// Number within the order, from 1.
    pub(crate) n: i32,
    /// `callback` or `call`.
    pub(crate) direction: String,
    /// The `REQUEST-ID` of the message or call.
    pub(crate) request_id: Uuid,
    /// `completed`, `refused`, `failed` or `skipped`; `None` while it is due.
    pub(crate) outcome: Option<String>,
    /// Reason of the outcome.
    pub(crate) reason: Option<String>,
    /// Calls that are sent again because of it.
    pub(crate) resent: i32,
    /// Number of attempts.
    pub(crate) attempts: i32,
    /// When it was processed, in UTC.
    pub(crate) done_at: Option<DateTime<Utc>>,
}

/// Items of an order.
#[derive(Serialize, ToSchema)]
pub(crate) struct Items {
    /// In order; send the number of the last one as the next `after`.
    pub(crate) items: Vec<ReplayItem>,
}

/// Lists the result of each item of an order, with the reason.
#[utoipa::path(get, path = "/v1/replays/{id}/items", tag = "operations", operation_id = "listReplayItems",
    params(("id" = Uuid, Path, description = "as the order was answered"), ReplayItemFilter),
    responses((status = 200, body = Items)))]
pub(crate) async fn items(
    Authorized(caller, _): Authorized<CanOperate>,
    State(app): Context,
    PathParam(id): PathParam,
    Query(filter): Query<ReplayItemFilter>,
) -> Result<Json<Items>, Problem> {
    let order = found(&app, &caller, &id).await?;
    let limit = i64::try_from(filter.limit.unwrap_or_default().count()).unwrap_or(i64::MAX);
    let after = i32::try_from(filter.after.unwrap_or_default()).unwrap_or(i32::MAX);
    let items = replays::items(&app.pool, order.replay_id, after, limit).await;
    let items = items.map_err(|error| Problem::database_unavailable(&error))?;
    let by = [(Filter::Named, true)];
    access_log::at_list(&app, &caller, Listing::ReplayItems, &by, &items).await?;
    Ok(Json(Items { items }))
}

/// State of the switch for all orders.
#[derive(Serialize, ToSchema)]
pub(crate) struct Switch {
    /// Whether all orders are stopped.
    pub(crate) stopped: bool,
}

/// Returns the state of the switch for all orders.
#[utoipa::path(get, path = "/v1/replay-switch", tag = "operations", operation_id = "showReplaySwitch",
    responses((status = 200, body = Switch)))]
pub(crate) async fn switch(
    _: Authorized<CanOperate>,
    State(app): Context,
) -> Result<Json<Switch>, Problem> {
    let stopped = order::is_stopped(&app.ports.dispatcher).await;
    let stopped = stopped.map_err(|error| {
        tracing::error!(%error, "the switch for replays cannot be looked up");
        Problem::unavailable()
    })?;
    Ok(Json(Switch { stopped }))
}
