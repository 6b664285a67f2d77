//! `/console/dead-letters`: what was given up, by cause, and what to do about it.

use axum::extract::State;
use axum::response::Response;
use hip_commands::operations::abdm_error::Entry;

use crate::console::form::PageQuery;
use crate::console::frame::{Frame, render};
use crate::console::meaning;
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::http::Context;
use crate::http::extract::input::Query;
use crate::http::middleware::caller::CanOperate;
use crate::http::middleware::problem::Problem;
use crate::http::operations::dead_letters::{self, DeadLetterFilter, DeadLetterGroup};

#[derive(askama::Template)]
#[template(path = "console/dead_letters.html")]
struct DeadLettersPage {
    f: Frame,
    causes: Vec<Cause>,
    may_replay: bool,
}

/// A cause with its meaning.
struct Cause {
    group: DeadLetterGroup,
    meaning: Option<Entry>,
    /// The page that orders a replay of all of them.
    replay: String,
}

pub(super) async fn show(
    me: SignedIn<CanOperate>,
    State(app): Context,
    PageQuery(filter): PageQuery<DeadLetterFilter>,
) -> Result<Response, Problem> {
    let letters = dead_letters::list(me.authorized()?, State(app), Query(filter)).await?;
    let mut groups = letters.0.groups;
    // The most urgent first; those without a deadline after them.
    groups.sort_by_key(|group| (group.next_deadline.is_none(), group.next_deadline));
    let causes = groups.into_iter().map(Cause::of).collect();
    let may_replay = super::replays::may_replay(&me.me);
    let f = Frame::new(Some(&me.me), "screen-dead-letters", Some(Screen::DeadLetters));
    Ok(render(&DeadLettersPage { f, causes, may_replay }))
}

impl Cause {
    fn of(group: DeadLetterGroup) -> Self {
        let meaning = meaning::of(group.error.as_deref(), &group.kind);
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("cause", &group.cause)
            .append_pair("direction", &group.direction)
            .finish();
        Self { group, meaning, replay: format!("/console/replays/new?{query}") }
    }
}
