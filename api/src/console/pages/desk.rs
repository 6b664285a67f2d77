//! `/console/desk`: one patient at a time. Which visits are linked, why others are not, and a link with one press.
//!
//! The address is in the body of a form only: it is in no URL, no title and no history.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use hip_commands::port::Log;
use hip_domain::id::{CareContextReference, FacilityId};
use serde::Deserialize;

use super::list::{self, ServedFacility};
use crate::app::App;
use crate::console::form::Form;
use crate::console::frame::{Frame, render};
use crate::console::me::Me;
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::http::Context;
use crate::http::extract::input::{JsonBody, ShortText};
use crate::http::linking::care_contexts::{self, CareContext, Search};
use crate::http::linking::links::{self, AskStatus, StartLink};
use crate::http::middleware::caller::{CanLink, CanLookUp, Roles};
use crate::http::middleware::position;
use crate::http::middleware::problem::Problem;

/// The fields of the search, and of a link from its result.
#[derive(Deserialize)]
pub(super) struct Fields {
    address: Option<String>,
    facility: Option<FacilityId>,
    /// The visit to link; in a search, the one whose link the page waits for.
    visit: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "console/desk.html")]
struct DeskPage {
    f: Frame,
    facilities: Vec<ServedFacility>,
    /// The facility that was searched.
    facility: Option<String>,
    /// What was typed.
    address: String,
    found: Option<Vec<Row>>,
    /// When the next link can be requested, if it must wait.
    held_until: Option<DateTime<Utc>>,
    /// The visit whose link was requested here, until it is linked.
    awaited: Option<String>,
    /// Whether a row still changes.
    is_moving: bool,
    may_link: bool,
}

/// A visit of the patient.
struct Row {
    visit: CareContext,
    /// Why it is not linked, in words for the desk.
    why: Option<String>,
}

pub(super) async fn show(me: SignedIn<CanLookUp>, State(app): Context) -> Response {
    render(&page(&app, &me.me, None))
}

fn page(app: &App, me: &Me, fields: Option<&Fields>) -> DeskPage {
    DeskPage {
        f: Frame::new(Some(me), "screen-desk", Some(Screen::Desk)),
        facilities: list::facilities(app, &me.caller),
        facility: fields.and_then(|fields| fields.facility.as_ref().map(ToString::to_string)),
        address: fields.and_then(|fields| fields.address.clone()).unwrap_or_default(),
        found: None,
        held_until: None,
        awaited: None,
        is_moving: false,
        may_link: me.caller.is_one_of(CanLink::ANY_OF),
    }
}

/// Shows the visits of the patients with this address.
pub(super) async fn search(
    me: SignedIn<CanLookUp>,
    State(app): Context,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    found(&me, &app, fields).await
}

/// Starts a link, and shows the result of the search again.
pub(super) async fn link(
    me: SignedIn<CanLink>,
    State(app): Context,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let visit = fields.visit.clone().unwrap_or_default();
    let visit_code = CareContextReference::parse(visit)
        .map_err(|_| Problem::not_found("There is no such visit"))?;
    let wish = StartLink { visit_code, facility: fields.facility.clone() };
    links::start(me.authorized()?, State(app.clone()), JsonBody(wish)).await?;
    if let Ok(head) = app.log.head().await {
        // A page that is not up to date yet shows the state before; the script looks again.
        let _ = position::until(&app, &["visit", "care_context"], head).await;
    }
    found(&me, &app, fields).await
}

async fn found<R: Roles>(
    me: &SignedIn<R>,
    app: &Arc<App>,
    fields: Fields,
) -> Result<Response, Problem> {
    let mut shown = page(app, &me.me, Some(&fields));
    let Some(address) = whole_address(app, fields.address.as_deref()) else {
        return Ok(render(&shown));
    };
    let facility = fields.facility.clone();
    let search = Search {
        abha_address: ShortText(address.clone()),
        facility: facility.clone(),
        limit: None,
        cursor: None,
    };
    let page =
        care_contexts::search(me.authorized()?, State(app.clone()), JsonBody(search)).await?;
    let visits = page.0.items;
    let is_open = visits.iter().any(|visit| visit.link_state == "unlinked");
    if is_open && shown.may_link {
        let ask = AskStatus { abha_address: ShortText(address), facility };
        let status =
            links::token_status(me.authorized()?, State(app.clone()), JsonBody(ask)).await?;
        shown.held_until = status.0.next_request_at;
    }
    // A link that waits for a token is not requested from the network yet.
    let is_open = |code: &String| {
        visits.iter().any(|visit| visit.reference == *code && visit.link_state != "linked")
    };
    shown.awaited = fields.visit.filter(is_open);
    let is_requested = visits.iter().any(|visit| visit.link_state == "requested");
    shown.is_moving = shown.awaited.is_some() || is_requested;
    shown.found = Some(visits.into_iter().map(|visit| row(&me.me, visit)).collect());
    Ok(render(&shown))
}

/// The typed address; without a domain it is one of this network.
fn whole_address(app: &App, typed: Option<&str>) -> Option<String> {
    let typed = typed?.trim();
    if typed.is_empty() || typed.chars().count() > 100 {
        return None;
    }
    if typed.contains('@') {
        return Some(typed.to_owned());
    }
    Some(format!("{typed}@{}", app.config.gateway.cm_id))
}

fn row(me: &Me, visit: CareContext) -> Row {
    let words = me.words();
    let why = visit.link_error.0.as_ref().map(|error| {
        let id = format!("desk-code-{}", error.code);
        let found = words.find(&id, None);
        found.unwrap_or_else(|| words.t("desk-code-other")).into_owned()
    });
    Row { visit, why }
}
