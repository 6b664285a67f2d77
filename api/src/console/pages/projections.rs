//! `/console/projections`: how far the readers of the log have come.

use axum::extract::State;
use axum::response::Response;
use hip_infra::subscription::projection_status::ProjectionStatus;

use crate::console::frame::{Frame, render};
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::http::Context;
use crate::http::middleware::caller::CanOperate;
use crate::http::middleware::problem::Problem;
use crate::http::operations::projections;

#[derive(askama::Template)]
#[template(path = "console/projections.html")]
struct ProjectionsPage {
    f: Frame,
    readers: Vec<ProjectionStatus>,
}

pub(super) async fn show(
    me: SignedIn<CanOperate>,
    State(app): Context,
) -> Result<Response, Problem> {
    let readers = projections::list(me.authorized()?, State(app)).await?.0.items;
    let f = Frame::new(Some(&me.me), "screen-projections", Some(Screen::Projections));
    Ok(render(&ProjectionsPage { f, readers }))
}
