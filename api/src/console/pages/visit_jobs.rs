//! `/console/visit-jobs`: visits that are fetched from a record system.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use super::list::{self, ServedFacility};
use crate::console::form::PageQuery;
use crate::console::frame::{Frame, render};
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::http::Context;
use crate::http::extract::input::Query;
use crate::http::intake::visit_jobs::{self, JobState, VisitJob, VisitJobFilter};
use crate::http::middleware::caller::CanOperate;
use crate::http::middleware::problem::Problem;

#[derive(askama::Template)]
#[template(path = "console/visit_jobs.html")]
struct VisitJobsPage {
    f: Frame,
    jobs: Vec<VisitJob>,
    facilities: Vec<ServedFacility>,
    facility: Option<String>,
    state: Option<&'static str>,
    older: Option<String>,
    is_filtered: bool,
}

pub(super) async fn list(
    me: SignedIn<CanOperate>,
    State(app): Context,
    uri: Uri,
    PageQuery(filter): PageQuery<VisitJobFilter>,
) -> Result<Response, Problem> {
    let facility = filter.facility.as_ref().map(ToString::to_string);
    let state = filter.state.map(JobState::as_str);
    let page = visit_jobs::list(me.authorized(), State(app.clone()), Query(filter)).await?.0;
    Ok(render(&VisitJobsPage {
        f: Frame::new(Some(&me.me), "screen-visit-jobs", Some(Screen::VisitJobs)),
        jobs: page.items,
        facilities: list::facilities(&app, &me.me.caller),
        facility,
        state,
        older: list::older(&uri, "cursor", page.next),
        is_filtered: list::is_filtered(&uri),
    }))
}
