//! `POST /v1/replays`, `…/{id}/pause`, `…/resume`, `…/cancel`, `POST /v1/replay-switch`: replays of failed messages
//! and calls, and their dry run.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use hip_commands::accountability::caller::Caller;
use hip_commands::operations::replay::dry_run::rehearse;
use hip_commands::operations::replay::order::{self, OrderError, Wish};
use hip_commands::port::replay_queue::QueueError;
use hip_domain::access::{Filter, Listing};
use hip_domain::id::{FacilityId, ReplayId, RequestId};
use hip_domain::reason::Reason;
use hip_domain::replay::{Direction, Ordered, Policy, ReplayError, Selection};
use hip_domain::replay_switch::ReplaySwitchCommand;
use hip_infra::postgres::queries::correlation_index::PgCorrelationIndex;
use hip_infra::worker::replays::{ITEM_COUNT_MAX, PgReplayQueue, select};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::Context;
use crate::http::extract::input::{JsonBody, PathParam};
use crate::http::extract::schema::FacilityName;
use crate::http::middleware::access_log;
use crate::http::middleware::caller::{Authorized, CanReplay, facility_filter_by_id};
use crate::http::middleware::problem::{Fault, Problem};
use crate::http::middleware::rate::Rate;
use crate::http::operations::replay_dry_run::{DryRun, RehearsedItem};
use crate::http::operations::replays::{ReplayOrder, Switch, found};

/// Maximum number of listed messages.
const NAMED_COUNT_MAX: usize = 1_000;

/// Maximum length of a word in a selection, in characters.
const WORD_LENGTH_MAX: usize = 200;

/// Number of items in a dry run.
const REHEARSED_COUNT_MAX: usize = 20;

/// Which calls of a replay may be sent.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WishedPolicy {
    /// None: a call that would follow is recorded as suppressed.
    Projections,
    /// Calls that were never sent, may be lost, or were refused.
    #[default]
    Safe,
    /// Also answers that the peer has accepted, under new ids.
    All,
}

/// Callbacks or calls.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WishedDirection {
    /// From the gateway to us.
    Callback,
    /// From us to a peer.
    Call,
}

/// Selection; all given conditions must be met.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Where {
    /// Only of this facility.
    #[schema(inline, value_type = Option<FacilityName>)]
    pub(crate) facility: Option<FacilityId>,
    /// Received, or planned, at this time or later.
    pub(crate) since: Option<DateTime<Utc>>,
    /// Before this time.
    pub(crate) until: Option<DateTime<Utc>>,
    /// Default: callbacks.
    pub(crate) direction: Option<WishedDirection>,
    /// Of this kind.
    #[schema(max_length = 200, pattern = "^[^\\u0000]*$", example = "discover")]
    pub(crate) kind: Option<String>,
    /// With this final status.
    #[schema(max_length = 200, pattern = "^[^\\u0000]*$", example = "failed")]
    pub(crate) status: Option<String>,
    /// Dead letters with this cause.
    #[schema(
        max_length = 200,
        pattern = "^[^\\u0000]*$",
        example = "callback/discover/failed/patient.id"
    )]
    pub(crate) cause: Option<String>,
}

/// A replay order. It lists messages, or selects them.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OrderReplay {
    /// Exactly these: the `REQUEST-ID`s of callbacks or calls.
    #[schema(value_type = Option<Vec<Uuid>>, max_items = 1000)]
    pub(crate) requests: Option<Vec<RequestId>>,
    /// All that match.
    pub(crate) r#where: Option<Where>,
    /// Which calls may be sent; default: `safe`.
    pub(crate) policy: Option<WishedPolicy>,
    /// Maximum number of items per second.
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 1000)]
    pub(crate) rate_per_second: Option<Rate>,
    /// Reason of the order. It stays in the log, so it must not identify a person: no `@`, no more than 8 digits in a
    /// row.
    #[schema(value_type = Option<String>)]
    pub(crate) why: Option<Reason>,
    /// Return the expected results and change nothing.
    #[serde(default)]
    pub(crate) dry_run: bool,
}

/// An accepted order.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GivenOrder {
    /// Id for `GET /v1/replays/{id}`.
    pub(crate) id: Uuid,
    /// Number of items.
    pub(crate) items: u32,
}

/// Replays the selected messages and calls in the background.
///
/// A dry run returns the expected results of the first twenty items instead: the calls, and how each differs from the
/// one
/// sent before. Consents are evaluated as they are now.
#[utoipa::path(post, path = "/v1/replays", tag = "operations", operation_id = "orderReplay",
    request_body = OrderReplay,
    responses((status = 202, body = GivenOrder, description = "It will be done.",
               headers(("location" = String, description = "where the order is shown"))),
              (status = 200, body = DryRun, description = "A dry run: nothing was done.")))]
pub(crate) async fn give(
    Authorized(caller, _): Authorized<CanReplay>,
    State(app): Context,
    JsonBody(wish): JsonBody<OrderReplay>,
) -> Result<Response, Problem> {
    if wish.dry_run {
        return Ok(Json(dry_run(&app, &caller, wish).await?).into_response());
    }
    let given = order_as(&app, &caller, wish, ReplayId(app.ports.ids.random())).await?;
    let location = format!("/v1/replays/{}", given.id);
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], Json(given)).into_response())
}

/// Gives an order under this id. The same id again gives no second order.
pub(crate) async fn order_as(
    app: &App,
    caller: &Caller,
    wish: OrderReplay,
    replay: ReplayId,
) -> Result<GivenOrder, Problem> {
    let rate = wish.rate_per_second.map(Rate::per_second);
    let (order, selection) = read(app, caller, wish, replay)?;
    let items = order::give(&app.ports.dispatcher, &queue(app), order, selection, rate).await;
    Ok(GivenOrder { id: replay.0, items: items.map_err(problem)? })
}

/// The order and the selection of a wish.
fn read(
    app: &App,
    caller: &Caller,
    wish: OrderReplay,
    replay: ReplayId,
) -> Result<(Ordered, Selection), Problem> {
    let faults = faults(&wish);
    if !faults.is_empty() {
        return Err(Problem::unprocessable(faults));
    }
    let order = Ordered {
        replay,
        policy: match wish.policy.unwrap_or_default() {
            WishedPolicy::Projections => Policy::Projections,
            WishedPolicy::Safe => Policy::Safe,
            WishedPolicy::All => Policy::All,
        },
        by: caller.name.clone(),
        why: wish.why.map(String::from),
    };
    Ok((order, selection(app, caller, wish.requests, wish.r#where)))
}

fn selection(
    app: &App,
    caller: &Caller,
    requests: Option<Vec<RequestId>>,
    r#where: Option<Where>,
) -> Selection {
    let requests = requests.unwrap_or_default();
    let facility = r#where.as_ref().and_then(|w| w.facility.as_ref());
    let facilities = facility_filter_by_id(app, caller, facility)
        .map(|ids| ids.into_iter().filter_map(|id| FacilityId::parse(id).ok()).collect());
    let Some(r#where) = r#where else {
        return Selection { requests, facilities, ..Selection::default() };
    };
    let direction = r#where.direction.map(|direction| match direction {
        WishedDirection::Callback => Direction::Callback,
        WishedDirection::Call => Direction::Call,
    });
    let Where { since, until, kind, status, cause, .. } = r#where;
    Selection { requests, facilities, since, until, direction, kind, status, cause }
}

/// The faults of an order.
fn faults(wish: &OrderReplay) -> Vec<Fault> {
    let mut faults = Vec::new();
    let named = wish.requests.as_ref().map_or(0, Vec::len);
    if named == 0 && wish.r#where.is_none() {
        faults.push(Fault::of_value("requests", "must name messages, if there is no `where`"));
    }
    if named > NAMED_COUNT_MAX {
        faults.push(Fault::of_value("requests", format!("must be at most {NAMED_COUNT_MAX}")));
    }
    let is_long = |text: &Option<String>| {
        text.as_ref()
            .is_some_and(|text| text.chars().count() > WORD_LENGTH_MAX || text.contains('\0'))
    };
    let w = wish.r#where.as_ref();
    let texts = [
        ("where.kind", w.is_some_and(|w| is_long(&w.kind))),
        ("where.status", w.is_some_and(|w| is_long(&w.status))),
        ("where.cause", w.is_some_and(|w| is_long(&w.cause))),
    ];
    for (path, _) in texts.into_iter().filter(|(_, is_long)| *is_long) {
        faults.push(Fault::of_value(
            path,
            format!("must be at most {WORD_LENGTH_MAX} characters, and none of them U+0000"),
        ));
    }
    faults
}

/// The expected results of an order, without doing anything.
pub(crate) async fn dry_run(
    app: &App,
    caller: &Caller,
    wish: OrderReplay,
) -> Result<DryRun, Problem> {
    let (order, selection) = read(app, caller, wish, ReplayId(app.ports.ids.random()))?;
    let selected = select(&app.pool, &selection, ITEM_COUNT_MAX).await;
    let selected = selected.map_err(|error| problem(error.into()))?;
    let conversations = PgCorrelationIndex::new(app.pool.clone());
    let mut rehearsed = Vec::new();
    for one in selected.iter().take(REHEARSED_COUNT_MAX) {
        let would = rehearse(&app.ports, &conversations, &order, &one.item()).await;
        let would = would.map_err(|error| {
            tracing::error!(%error, "replay dry run failed");
            Problem::unavailable()
        })?;
        rehearsed.push(RehearsedItem::new(one.request_id, would));
    }
    let by = [(Filter::Named, !selection.requests.is_empty())];
    access_log::at_list(app, caller, Listing::Rehearsal, &by, &rehearsed).await?;
    Ok(DryRun { selected: selected.len(), rehearsed })
}

/// Pauses an order: no further item is started.
#[utoipa::path(post, path = "/v1/replays/{id}/pause", tag = "operations", operation_id = "pauseReplay",
    params(("id" = Uuid, Path, description = "as the order was answered")),
    responses((status = 200, body = ReplayOrder)))]
pub(crate) async fn pause(
    Authorized(caller, _): Authorized<CanReplay>,
    State(app): Context,
    PathParam(id): PathParam,
) -> Result<Json<ReplayOrder>, Problem> {
    change(&app, &caller, &id, Wish::Pause).await
}

/// Resumes an order.
#[utoipa::path(post, path = "/v1/replays/{id}/resume", tag = "operations", operation_id = "resumeReplay",
    params(("id" = Uuid, Path, description = "as the order was answered")),
    responses((status = 200, body = ReplayOrder)))]
pub(crate) async fn resume(
    Authorized(caller, _): Authorized<CanReplay>,
    State(app): Context,
    PathParam(id): PathParam,
) -> Result<Json<ReplayOrder>, Problem> {
    change(&app, &caller, &id, Wish::Resume).await
}

/// Cancels an order.
///
/// It takes effect before the response: no further item is started, and items already running finish.
#[utoipa::path(post, path = "/v1/replays/{id}/cancel", tag = "operations", operation_id = "cancelReplay",
    params(("id" = Uuid, Path, description = "as the order was answered")),
    responses((status = 200, body = ReplayOrder)))]
pub(crate) async fn cancel(
    Authorized(caller, _): Authorized<CanReplay>,
    State(app): Context,
    PathParam(id): PathParam,
) -> Result<Json<ReplayOrder>, Problem> {
    change(&app, &caller, &id, Wish::Cancel).await
}

async fn change(
    app: &App,
    caller: &Caller,
    id: &str,
    what: Wish,
) -> Result<Json<ReplayOrder>, Problem> {
    let replay = ReplayId(found(app, caller, id).await?.replay_id);
    let (dispatcher, queue) = (&app.ports.dispatcher, queue(app));
    let wish = app.ports.ids.random();
    order::change(dispatcher, &queue, replay, (what, caller.name.clone()), wish)
        .await
        .map_err(problem)?;
    found(app, caller, id).await.map(Json)
}

/// The wanted state of the switch.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TurnSwitch {
    /// Whether all orders are stopped.
    pub(crate) stopped: bool,
}

/// Stops or resumes all orders, including later ones.
///
/// Only for callers of all facilities.
#[utoipa::path(post, path = "/v1/replay-switch", tag = "operations", operation_id = "turnReplaySwitch",
    request_body = TurnSwitch, responses((status = 200, body = Switch)))]
pub(crate) async fn turn(
    Authorized(caller, _): Authorized<CanReplay>,
    State(app): Context,
    JsonBody(wish): JsonBody<TurnSwitch>,
) -> Result<Json<Switch>, Problem> {
    if caller.facilities.is_some() {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "forbidden",
            "The caller may not do this",
            "the switch is over the orders of all facilities; pause or cancel an order instead",
        ));
    }
    let by = caller.name.clone();
    let command = if wish.stopped {
        ReplaySwitchCommand::Stop { by }
    } else {
        ReplaySwitchCommand::Allow { by }
    };
    let wish_id = app.ports.ids.random();
    order::switch(&app.ports.dispatcher, command, wish_id).await.map_err(problem)?;
    Ok(Json(Switch { stopped: wish.stopped }))
}

fn queue(app: &App) -> PgReplayQueue {
    PgReplayQueue::new(app.pool.clone())
}

fn problem(error: OrderError) -> Problem {
    use hip_commands::log::dispatch::DispatchError;
    match error {
        OrderError::Queue(QueueError::Absent(_) | QueueError::Nothing) => {
            Problem::not_found("There is no such message")
        }
        OrderError::Queue(error @ QueueError::TooMany(_)) => {
            Problem::unprocessable(vec![Fault::of_value("where", error.to_string())])
        }
        OrderError::Order(DispatchError::Refused(ReplayError::Over)) => Problem::new(
            StatusCode::CONFLICT,
            "replay-over",
            "The replay is over",
            "it was cancelled or completed; order another",
        ),
        OrderError::Order(DispatchError::Refused(ReplayError::Absent)) => {
            Problem::not_found("There is no such replay")
        }
        error @ (OrderError::Queue(QueueError::Unavailable(_))
        | OrderError::Order(_)
        | OrderError::Switch(_)) => {
            tracing::error!(%error, "a replay could not be changed");
            Problem::unavailable()
        }
    }
}
