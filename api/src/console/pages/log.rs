//! `/console/log`: the events of the log. Auditors see the clear part.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::list;
use crate::console::form::PageQuery;
use crate::console::frame::{Frame, render};
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::http::Context;
use crate::http::extract::input::Query;
use crate::http::middleware::caller::CanOperate;
use crate::http::middleware::problem::Problem;
use crate::http::operations::events::{self, EventFilter, LoggedEvent};

#[derive(askama::Template)]
#[template(path = "console/log.html")]
struct LogPage {
    f: Frame,
    events: Vec<LoggedEvent>,
    stream: String,
    name: String,
    next: Option<String>,
    is_filtered: bool,
}

pub(super) async fn list(
    me: SignedIn<CanOperate>,
    State(app): Context,
    uri: Uri,
    PageQuery(filter): PageQuery<EventFilter>,
) -> Result<Response, Problem> {
    let text = |name: &Option<events::LogName>| {
        name.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default()
    };
    let (stream, name) = (text(&filter.stream), text(&filter.name));
    let found = events::list(me.authorized()?, State(app), Query(filter)).await?.0;
    Ok(render(&LogPage {
        f: Frame::new(Some(&me.me), "screen-log", Some(Screen::Log)),
        next: list::older(&uri, "after", Some(found.next_after).filter(|_| found.more)),
        events: found.items,
        stream,
        name,
        is_filtered: list::is_filtered(&uri),
    }))
}
