//! `/console`: pages for people who run, audit and use the service.
//!
//! A page calls the same function as the route of the API, with the caller of its session. So facilities, roles
//! and the access log are the same for both. All pages work without the script; it only refreshes them.

mod assets;
mod badge;
mod chart;
mod form;
mod frame;
mod guard;
mod me;
mod meaning;
mod pages;
mod refusal;
mod screen;
mod session;
mod sign_in;
mod time;
mod words;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::{get, post};
use axum::{Extension, Router};

use crate::app::App;
use crate::http::middleware::caller::CanLookUp;
use crate::http::middleware::problem::Problem;
use screen::Screen;
use session::SignedIn;
use sign_in::WrongKeys;

/// Leads to the first screen of a person; to the sign-in, if nobody has signed in.
async fn start(me: SignedIn<CanLookUp>) -> Redirect {
    Redirect::to(Screen::first(&me.me.caller).path())
}

/// Maximum size of a form.
const FORM_BYTES_MAX: usize = 64 * 1024;

/// All routes of the console.
pub(crate) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    let wrong_keys = WrongKeys::new(&app.config.throttle);
    Router::new()
        .route("/console", get(start))
        .route("/console/", get(start))
        .route("/console/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/console/sign-out", post(sign_in::sign_out))
        .merge(pages::router())
        .route("/console/{*rest}", get(async || Problem::not_found("There is no such page")))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(Extension(wrong_keys))
        .layer(from_fn_with_state(Arc::clone(app), session::layer))
        .route("/console/assets/{name}", get(assets::show))
        .layer(from_fn_with_state(Arc::clone(app), guard::layer))
}
