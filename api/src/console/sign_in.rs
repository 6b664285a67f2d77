//! `/console/sign-in`, `/console/sign-out`: a person signs in with a key of their own.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::header::{ORIGIN, RETRY_AFTER};
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, body};
use axum_extra::extract::CookieJar;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hip_commands::accountability::access_log::AccessRecorder;
use hip_commands::accountability::caller::{Caller, Role};
use hip_domain::access::SignInVia;
use hip_infra::config::{ConsoleSection, ThrottleSection};
use hip_infra::postgres::console_sessions::{self, Preferences, token_digest};
use rand::TryRng;
use rand::rngs::SysRng;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::form::PageQuery;
use super::frame::{Frame, render};
use super::me::Me;
use super::screen::Screen;
use super::session::{cookie, is_secure, token_of};
use super::words::Language;
use crate::app::App;
use crate::http::Context;
use crate::http::middleware::problem::Problem;
use crate::http::middleware::refused::RefusedCallers;

/// Wrong keys in a minute from one address; further ones get 429. The right key always opens.
const WRONG_KEYS_MAX: u32 = 5;

/// Maximum size of the form.
const FORM_BYTES_MAX: usize = 4 * 1024;

/// Roles with which a person may sign in. A key of a record system is for the system.
const OF_PEOPLE: [Role; 3] = [Role::Operator, Role::Auditor, Role::Desk];

/// Counts wrong keys, apart from those of the API.
#[derive(Clone)]
pub(super) struct WrongKeys(Arc<RefusedCallers>);

impl WrongKeys {
    pub(super) fn new(section: &ThrottleSection) -> Self {
        let section =
            ThrottleSection { failures_per_address_max: WRONG_KEYS_MAX, ..section.clone() };
        Self(Arc::new(RefusedCallers::new(&section)))
    }
}

/// The page to show afterwards, and the language of this one.
#[derive(Deserialize, Default)]
pub(super) struct SignInQuery {
    next: Option<String>,
    lang: Option<String>,
}

#[derive(askama::Template)]
#[template(path = "console/frame/sign_in.html")]
struct SignInPage {
    f: Frame,
    next: String,
    /// The word of what went wrong.
    wrong: Option<&'static str>,
}

fn page(next: Option<&str>, language: Language, wrong: Option<&'static str>) -> Response {
    let f = Frame::new(None, "sign-in-title", None).in_language(language);
    render(&SignInPage { f, next: safe(next).unwrap_or_default().to_owned(), wrong })
}

/// Only pages of the console: nobody is sent elsewhere after the sign-in.
fn safe(next: Option<&str>) -> Option<&str> {
    next.filter(|next| next.starts_with("/console/") && !next.contains(['\\', '\r', '\n']))
}

/// Shows the form.
pub(super) async fn show(query: PageQuery<SignInQuery>) -> Response {
    let SignInQuery { next, lang } = query.0;
    page(next.as_deref(), Language::of(lang.as_deref().unwrap_or_default()), None)
}

/// Checks the key and begins a session.
pub(super) async fn sign_in(
    State(app): Context,
    Extension(wrong_keys): Extension<WrongKeys>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, content) = request.into_parts();
    let text = body::to_bytes(content, FORM_BYTES_MAX).await;
    let text = text.map_err(|_| Problem::from_status(StatusCode::PAYLOAD_TOO_LARGE))?;
    let (mut key, mut next, mut language) =
        (Zeroizing::new(String::new()), None, Language::English);
    for (name, value) in url::form_urlencoded::parse(&text) {
        match name.as_ref() {
            "key" => value.trim().clone_into(&mut key),
            "next" => next = Some(value.into_owned()),
            "lang" => language = Language::of(&value),
            _ => {}
        }
    }
    let refusal =
        |status: StatusCode, wrong| (status, page(next.as_deref(), language, Some(wrong)));
    if is_plain_elsewhere(&parts, &app.config.console) {
        return Ok(refusal(StatusCode::FORBIDDEN, "sign-in-needs-https").into_response());
    }
    let Some(caller) = app.clients.caller(&key) else {
        return Ok(match wrong_keys.0.count(&parts) {
            None => refusal(StatusCode::UNAUTHORIZED, "sign-in-wrong-key").into_response(),
            Some(wait) => {
                let mut response =
                    refusal(StatusCode::TOO_MANY_REQUESTS, "sign-in-too-often").into_response();
                response.headers_mut().insert(RETRY_AFTER, wait.into());
                response
            }
        });
    };
    if !caller.is_one_of(&OF_PEOPLE) {
        return Ok(refusal(StatusCode::FORBIDDEN, "sign-in-of-a-system").into_response());
    }
    let secure = is_secure(&parts.headers, &app.config.console);
    let token = begin(&app, &caller, language).await?;
    let jar = CookieJar::from_headers(&parts.headers).add(cookie(Some(token), secure));
    let to = safe(next.as_deref()).unwrap_or(Screen::first(&caller).path());
    Ok((jar, Redirect::to(to)).into_response())
}

/// Whether the page came over plain http from another machine: then the browser would not keep the cookie.
fn is_plain_elsewhere(parts: &axum::http::request::Parts, section: &ConsoleSection) -> bool {
    let origin = parts.headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let is_plain = origin.is_some_and(|origin| origin.starts_with("http://"));
    is_plain && is_secure(&parts.headers, section)
}

/// Records the sign-in, then stores the session. Returns its token.
async fn begin(app: &App, caller: &Caller, language: Language) -> Result<String, Problem> {
    let mut bytes = Zeroizing::new([0; 32]);
    SysRng.try_fill_bytes(&mut *bytes).map_err(|error| {
        tracing::error!(%error, "the system has no random bytes");
        Problem::unavailable()
    })?;
    let token = URL_SAFE_NO_PAD.encode(*bytes);
    let recorded = AccessRecorder::over_http(&app.ports, caller).signed_in(SignInVia::Key).await;
    recorded.map_err(|error| {
        tracing::error!(%error, "a sign-in could not be recorded");
        Problem::unavailable()
    })?;
    let now = app.ports.clock.now();
    let shown = Preferences {
        zone: "ist".to_owned(),
        language: language.code().to_owned(),
        theme: "system".to_owned(),
    };
    let times = (now, now + ConsoleSection::SESSION_MAX);
    let digest = token_digest(&token);
    let begun = console_sessions::begin(&app.pool, &digest, &caller.name, &shown, times).await;
    begun.map_err(|error| Problem::database_unavailable(&error))?;
    Ok(token)
}

/// Ends the session.
pub(super) async fn sign_out(State(app): Context, request: Request) -> Result<Response, Problem> {
    let (mut parts, _) = request.into_parts();
    let section = &app.config.console;
    if let Some(token) = token_of(&parts.headers, section) {
        let ended = console_sessions::end(&app.pool, &token_digest(&token)).await;
        ended.map_err(|error| Problem::database_unavailable(&error))?;
    }
    let me = Extension::<Arc<Me>>::from_request_parts(&mut parts, &app).await;
    if let Ok(Extension(me)) = me {
        let recorded = AccessRecorder::over_http(&app.ports, &me.caller).signed_out().await;
        if let Err(error) = recorded {
            tracing::error!(%error, "a sign-out could not be recorded");
        }
    }
    let gone = cookie(None, is_secure(&parts.headers, section));
    let jar = CookieJar::from_headers(&parts.headers).add(gone);
    Ok((jar, Redirect::to("/console/sign-in")).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere_after_the_sign_in() {
        assert_eq!(
            safe(Some("/console/consents?status=granted")),
            Some("/console/consents?status=granted")
        );
        for elsewhere in [
            "//evil.example",
            "https://evil.example",
            "/v1/visits",
            "/console/\\evil",
            "/console/\r\nX: y",
            "",
        ] {
            assert_eq!(safe(Some(elsewhere)), None, "{elsewhere:?}");
        }
    }
}
