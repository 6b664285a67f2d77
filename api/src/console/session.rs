//! The session of a request: who has signed in, and how pages are shown to them.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use hip_infra::config::ConsoleSection;
use hip_infra::postgres::console_sessions::{self, token_digest};

use super::me::Me;
use super::refusal;
use crate::app::App;
use crate::http::Context;
use crate::http::middleware::caller::{Authorized, Roles, role_missing};
use crate::http::middleware::position;
use crate::http::middleware::problem::Problem;

/// The cookie over https. Browsers take this name only from a secure page of this host.
const SECURE_COOKIE: &str = "__Host-hip";

/// The cookie over plain http, which is served to this machine only.
const LOCAL_COOKIE: &str = "hip";

/// Sent by the script when nobody pressed anything: it does not keep a session alive.
const LIVE_HEADER: &str = "hip-live";

/// The title of a refusal for lack of a role.
const NOT_ALLOWED: &str = "Your role does not allow this";

/// A person with one of the roles.
pub(crate) struct SignedIn<R> {
    pub(crate) me: Arc<Me>,
    _roles: PhantomData<R>,
}

impl<R: Roles> SignedIn<R> {
    /// The caller for a route of the API that wants these roles.
    ///
    /// # Errors
    ///
    /// 403 if the person has none of them: a page may show parts for which others have the right.
    pub(crate) fn authorized<A: Roles>(&self) -> Result<Authorized<A>, Problem> {
        if self.me.caller.is_one_of(A::ANY_OF) {
            return Ok(Authorized(Arc::clone(&self.me.caller), PhantomData));
        }
        Err(role_missing::<A>(NOT_ALLOWED, "this"))
    }
}

/// Why a page is not shown.
pub(crate) enum NoEntry {
    /// Nobody has signed in; afterwards this page is shown.
    SignIn(String),
    /// A role is missing.
    Role(Problem),
}

impl IntoResponse for NoEntry {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn(next) => {
                let query = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("next", &next)
                    .finish();
                Redirect::to(&format!("/console/sign-in?{query}")).into_response()
            }
            Self::Role(problem) => problem.into_response(),
        }
    }
}

impl<R: Roles> FromRequestParts<Arc<App>> for SignedIn<R> {
    type Rejection = NoEntry;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, NoEntry> {
        let Some(me) = parts.extensions.get::<Arc<Me>>() else {
            return Err(NoEntry::SignIn(next_of(parts)));
        };
        if me.caller.is_one_of(R::ANY_OF) {
            return Ok(Self { me: Arc::clone(me), _roles: PhantomData });
        }
        Err(NoEntry::Role(role_missing::<R>(NOT_ALLOWED, "this page")))
    }
}

/// The page to show after the sign-in: the wanted one, if it is a page.
fn next_of(parts: &Parts) -> String {
    let wanted = parts.uri.path_and_query().map(|it| it.as_str().to_owned());
    let is_page = parts.method == Method::GET;
    wanted.filter(|_| is_page).unwrap_or_else(|| "/console/home".to_owned())
}

/// Finds the session of a request, and shows refusals as pages.
pub(super) async fn layer(State(app): Context, mut request: Request, next: Next) -> Response {
    let (headers, is_get) = (request.headers().clone(), request.method() == Method::GET);
    let me = match find(&app, &headers, is_get).await {
        Ok(me) => me.map(Arc::new),
        Err(problem) => return refusal::page(problem.into_response(), None).await,
    };
    if let Some(me) = &me {
        request.extensions_mut().insert(Arc::clone(me));
    }
    refusal::page(next.run(request).await, me.as_deref()).await
}

async fn find(app: &App, headers: &HeaderMap, is_get: bool) -> Result<Option<Me>, Problem> {
    let Some(token) = token_of(headers, &app.config.console) else { return Ok(None) };
    let token = token_digest(&token);
    let now = app.ports.clock.now();
    let unavailable = |error: sqlx::Error| Problem::database_unavailable(&error);
    let found = console_sessions::find(&app.pool, &token, now, app.config.console.idle()).await;
    let Some(session) = found.map_err(unavailable)? else { return Ok(None) };
    // A client that was removed from the configuration has no session any more.
    let Some(caller) = app.clients.named(&session.client) else { return Ok(None) };
    let is_live = headers.contains_key(LIVE_HEADER);
    if !is_live {
        console_sessions::touch(&app.pool, &token, now).await.map_err(unavailable)?;
    }
    let is_behind = is_get
        && session.written > 0
        && position::until(app, &position::READ_MODELS, session.written).await.is_err();
    Ok(Some(Me { caller, session, token, is_behind }))
}

/// The token in the cookie.
pub(super) fn token_of(headers: &HeaderMap, section: &ConsoleSection) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    let name = if is_secure(headers, section) { SECURE_COOKIE } else { LOCAL_COOKIE };
    jar.get(name).map(|cookie| cookie.value().to_owned())
}

/// Whether the cookie is for https only. Plain http is for the machine itself: there nobody listens between.
pub(super) fn is_secure(headers: &HeaderMap, section: &ConsoleSection) -> bool {
    if section.public_url.is_some() {
        return true;
    }
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    !is_loopback(host)
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost"
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The cookie with a token; without one, the cookie that takes it away.
pub(super) fn cookie(token: Option<String>, is_secure: bool) -> Cookie<'static> {
    let name = if is_secure { SECURE_COOKIE } else { LOCAL_COOKIE };
    let is_removal = token.is_none();
    let mut cookie = Cookie::new(name, token.unwrap_or_default());
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_secure(is_secure);
    cookie.set_same_site(SameSite::Lax);
    if is_removal {
        cookie.make_removal();
    }
    cookie
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for host in ["localhost", "localhost:8080", "127.0.0.1:8080", "127.9.9.9", "[::1]:8080"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "hip.example",
            "10.0.0.5:8080",
            "localhost.example",
            "[fe80::1]:80",
            "127.0.0.1.example",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
