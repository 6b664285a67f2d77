//! `/console/facilities`: the facilities of the caller.

use axum::extract::State;
use axum::response::Response;

use crate::console::frame::{Frame, render};
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::http::Context;
use crate::http::intake::facilities::{self, Facility};
use crate::http::middleware::caller::CanView;
use crate::http::middleware::problem::Problem;

#[derive(askama::Template)]
#[template(path = "console/facilities.html")]
struct FacilitiesPage {
    f: Frame,
    facilities: Vec<Facility>,
}

pub(super) async fn show(me: SignedIn<CanView>, State(app): Context) -> Result<Response, Problem> {
    let facilities = facilities::list(me.authorized()?, State(app)).await?.0.items;
    let f = Frame::new(Some(&me.me), "screen-facilities", Some(Screen::Facilities));
    Ok(render(&FacilitiesPage { f, facilities }))
}
