//! `/console/visit-jobs`: visits that are fetched from a record system.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::list::ListFrame;
use crate::console::form::PageQuery;
use crate::console::frame::{Frame, render};
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::http::Context;
use crate::http::extract::input::Query;
use crate::http::intake::visit_jobs::{self, JobState, VisitJob, VisitJobFilter};
use crate::http::middleware::caller::CanOperate;
use crate::http::middleware::problem::Problem;

/// The states of the filter.
const STATES: [&str; 3] = ["due", "done", "dead"];

#[derive(askama::Template)]
#[template(path = "console/visit_jobs.html")]
struct VisitJobsPage {
    f: Frame,
    jobs: Vec<VisitJob>,
    l: ListFrame,
}

pub(super) async fn list(
    me: SignedIn<CanOperate>,
    State(app): Context,
    uri: Uri,
    PageQuery(filter): PageQuery<VisitJobFilter>,
) -> Result<Response, Problem> {
    let facility = filter.facility.as_ref().map(ToString::to_string);
    let state = filter.state.map(JobState::as_str);
    let page = visit_jobs::list(me.authorized()?, State(app.clone()), Query(filter)).await?.0;
    let place = (&uri, Screen::VisitJobs.path());
    let l = ListFrame::new(&app, &me.me.caller, place, facility, page.next)
        .with_states("state", &STATES, state);
    Ok(render(&VisitJobsPage {
        f: Frame::new(Some(&me.me), "screen-visit-jobs", Some(Screen::VisitJobs)),
        jobs: page.items,
        l,
    }))
}
