//! `/console/find`: what was pasted leads to its page. An ABHA address leads to the desk, without being in a URL.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use hip_commands::operations::abdm_error;
use hip_infra::postgres::queries::find_id::{self, Found};
use serde::Deserialize;

use crate::console::form::Form;
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::http::Context;
use crate::http::middleware::caller::{CanLookUp, CanView, Roles, facility_filter};
use crate::http::middleware::problem::Problem;

/// Maximum length of what is looked for, in characters; longer than any id.
const LENGTH_MAX: usize = 200;

/// What was pasted.
#[derive(Deserialize)]
pub(super) struct Fields {
    what: Option<String>,
}

pub(super) async fn find(
    me: SignedIn<CanLookUp>,
    State(app): Context,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let what = fields.what.unwrap_or_default();
    let what = what.trim();
    let to = |path: &str| Ok(Redirect::to(path).into_response());
    let nothing = || Problem::not_found("Nothing has this id");
    if what.chars().count() > LENGTH_MAX || what.contains(char::is_control) {
        return Err(nothing());
    }
    if what.contains('@') {
        return to(Screen::Desk.path());
    }
    if !abdm_error::meanings(what).is_empty() {
        return to(&format!("{}?code={}", Screen::Tools.path(), code_of(what)));
    }
    let caller = &me.me.caller;
    if !caller.is_one_of(CanView::ANY_OF) {
        return to(Screen::Desk.path());
    }
    let served = app.ports.settings.facilities.iter().map(|facility| facility.id.to_string());
    let facilities = facility_filter(caller, None).unwrap_or_else(|| served.collect());
    let found = find_id::find(&app.pool, what, &facilities).await;
    let found = found.map_err(|error| Problem::database_unavailable(&error))?;
    if found.is_none()
        && Screen::Log.is_for(caller)
        && let Ok(position) = what.replace(',', "").parse::<u32>()
        && position > 0
        && what.len() < 10
    {
        return to(&format!("{}?after={}", Screen::Log.path(), position - 1));
    }
    match found {
        Some(Found::Visit) => to(&path("/console/visits", what)),
        Some(Found::Consent) => to(&path("/console/consents", what)),
        Some(Found::Transfer) => to(&path("/console/transfers", what)),
        None => Err(nothing()),
    }
}

/// A code as part of a query.
fn code_of(what: &str) -> String {
    url::form_urlencoded::byte_serialize(what.as_bytes()).collect()
}

/// The page of a thing.
fn path(folder: &str, id: &str) -> String {
    let mut url = url::Url::parse("http://hip").expect("it is one");
    url.set_path(folder);
    url.path_segments_mut().expect("it has a path").push(id);
    url.path().to_owned()
}
