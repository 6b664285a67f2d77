//! `/console/settings`: language, time zone and colours, and what the person may do.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use hip_infra::postgres::console_sessions::{self, Preferences};
use serde::Deserialize;

use crate::console::form::Form;
use crate::console::frame::{Frame, render};
use crate::console::screen::Screen;
use crate::console::session::SignedIn;
use crate::console::time::Zone;
use crate::console::words::Language;
use crate::http::Context;
use crate::http::middleware::caller::CanLookUp;
use crate::http::middleware::problem::Problem;

#[derive(askama::Template)]
#[template(path = "console/settings.html")]
struct SettingsPage {
    f: Frame,
    roles: Vec<&'static str>,
    facilities: Option<Vec<String>>,
    version: &'static str,
}

/// How pages are to be shown.
#[derive(Deserialize)]
pub(super) struct Fields {
    zone: String,
    language: String,
    theme: String,
}

pub(super) async fn show(me: SignedIn<CanLookUp>) -> Response {
    let caller = &me.me.caller;
    let facilities = caller.facilities.as_ref();
    render(&SettingsPage {
        f: Frame::new(Some(&me.me), "screen-settings", Some(Screen::Settings)),
        roles: caller.roles.iter().map(|role| role.as_str()).collect(),
        facilities: facilities.map(|ids| ids.iter().map(ToString::to_string).collect()),
        version: env!("CARGO_PKG_VERSION"),
    })
}

/// Saves language, time zone and colours, until the person signs out.
pub(super) async fn save(
    me: SignedIn<CanLookUp>,
    State(app): Context,
    Form(fields): Form<Fields>,
) -> Result<Response, Problem> {
    let theme = match fields.theme.as_str() {
        theme @ ("light" | "dark") => theme,
        _ => "system",
    };
    let shown = Preferences {
        zone: Zone::of(&fields.zone).code().to_owned(),
        language: Language::of(&fields.language).code().to_owned(),
        theme: theme.to_owned(),
    };
    let saved = console_sessions::prefer(&app.pool, &me.me.token, &shown).await;
    saved.map_err(|error| Problem::database_unavailable(&error))?;
    Ok(Redirect::to("/console/settings").into_response())
}
