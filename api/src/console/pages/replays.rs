//! `/console/replays`: orders, their progress, and the switch over all of them.

use axum::extract::{Path, State};
use axum::http::Uri;
use axum::response::{IntoResponse, Redirect, Response};
use hip_commands::accountability::caller::Role;
use serde::Deserialize;

use super::list;
use crate::console::form::{Form, PageQuery};
use crate::console::frame::{Frame, render};
use crate::console::me::Me;
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::http::Context;
use crate::http::extract::input::{JsonBody, PathParam, Query};
use crate::http::middleware::caller::{CanOperate, CanReplay};
use crate::http::middleware::problem::Problem;
use crate::http::operations::replay_orders::{self, TurnSwitch};
use crate::http::operations::replays::{
    self, ReplayItem, ReplayItemFilter, ReplayOrder, ReplayOrderFilter,
};

/// Whether a person may order, pause and end replays.
pub(super) fn may_replay(me: &Me) -> bool {
    me.caller.is_one_of(&[Role::Operator])
}

#[derive(askama::Template)]
#[template(path = "console/replays.html")]
struct ReplaysPage {
    f: Frame,
    orders: Vec<ReplayOrder>,
    older: Option<String>,
    is_stopped: bool,
    may_replay: bool,
    /// Whether the person may turn the switch over all facilities.
    may_turn: bool,
}

pub(super) async fn list(
    me: SignedIn<CanOperate>,
    State(app): Context,
    uri: Uri,
    PageQuery(filter): PageQuery<ReplayOrderFilter>,
) -> Result<Response, Problem> {
    let page = replays::list(me.authorized()?, State(app.clone()), Query(filter)).await?.0;
    let is_stopped = replays::switch(me.authorized()?, State(app)).await?.0.stopped;
    let may_replay = may_replay(&me.me);
    Ok(render(&ReplaysPage {
        f: Frame::new(Some(&me.me), "screen-replays", Some(Screen::Replays)),
        orders: page.items,
        older: list::older(&uri, "cursor", page.next),
        is_stopped,
        may_replay,
        may_turn: may_replay && me.me.caller.facilities.is_none(),
    }))
}

#[derive(askama::Template)]
#[template(path = "console/replay.html")]
struct ReplayPage {
    f: Frame,
    order: ReplayOrder,
    items: Vec<ReplayItem>,
    older: Option<String>,
    may_replay: bool,
    is_over: bool,
}

pub(super) async fn show(
    me: SignedIn<CanOperate>,
    State(app): Context,
    uri: Uri,
    Path(id): Path<String>,
    PageQuery(filter): PageQuery<ReplayItemFilter>,
) -> Result<Response, Problem> {
    let limit = filter.limit.unwrap_or_default().count();
    let order = replays::show(me.authorized()?, State(app.clone()), PathParam(id.clone())).await?.0;
    let items = replays::items(me.authorized()?, State(app), PathParam(id), Query(filter)).await?;
    let items = items.0.items;
    let next = items.last().filter(|_| items.len() >= limit).map(|last| last.n);
    Ok(render(&ReplayPage {
        f: Frame::new(Some(&me.me), "replay-title", Some(Screen::Replays)),
        older: list::older(&uri, "after", next),
        may_replay: may_replay(&me.me),
        is_over: matches!(order.state.as_str(), "cancelled" | "completed"),
        order,
        items,
    }))
}

/// Pauses, resumes or cancels an order.
pub(super) async fn change(
    me: SignedIn<CanReplay>,
    State(app): Context,
    Path((id, wish)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let (order, path) = (PathParam(id.clone()), format!("/console/replays/{id}"));
    let changed = match wish.as_str() {
        "pause" => replay_orders::pause(me.authorized()?, State(app), order).await,
        "resume" => replay_orders::resume(me.authorized()?, State(app), order).await,
        "cancel" => replay_orders::cancel(me.authorized()?, State(app), order).await,
        _ => Err(Problem::not_found("There is no such page")),
    };
    changed.map(|_| Redirect::to(&path).into_response())
}

/// The wanted state of the switch.
#[derive(Deserialize)]
pub(super) struct Turn {
    stopped: bool,
}

/// Stops or allows all orders.
pub(super) async fn turn(
    me: SignedIn<CanReplay>,
    State(app): Context,
    Form(turn): Form<Turn>,
) -> Result<Response, Problem> {
    let wish = JsonBody(TurnSwitch { stopped: turn.stopped });
    let turned = replay_orders::turn(me.authorized()?, State(app), wish).await;
    turned.map(|_| Redirect::to("/console/replays").into_response())
}
