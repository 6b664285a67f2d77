//! Rejected callers: each is logged, and an address with too many unknown keys is throttled.
//!
//! The key is checked before anything is counted, so a caller with a valid key is never affected by the
//! failures of others, not even at the same address.

mod address;
mod throttle;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use hip_infra::config::ThrottleSection;
use tokio::sync::watch;

pub(crate) use address::Peer;
use throttle::{Throttle, WINDOW};

use crate::http::Context;
use crate::http::gateway::callback_path;

/// Counts and logs rejected callers.
pub(crate) struct RefusedCallers {
    throttle: Throttle,
    section: ThrottleSection,
}

/// Marks a response whose status does not show that the caller was rejected, or gives the reason.
#[derive(Clone, Copy)]
pub(crate) struct Refused(pub(crate) &'static str);

impl RefusedCallers {
    pub(crate) fn new(section: &ThrottleSection) -> Self {
        Self { throttle: Throttle::new(section), section: section.clone() }
    }

    /// Counts a request with an unknown key. Above the limit it returns the seconds to wait.
    pub(crate) fn count(&self, parts: &Parts) -> Option<u32> {
        let address = self.address(&parts.headers, &parts.extensions);
        let wait = self.throttle.count(address, Instant::now())?;
        Some(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1))
    }

    fn address(&self, headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
        address::of(headers, extensions, &self.section.trusted_proxies)
    }

    fn log(&self, status: StatusCode, why: &str, address: Option<IpAddr>, route: &str) {
        if self.throttle.may_log(Instant::now()) {
            let address = address.map(|address| address.to_string()).unwrap_or_default();
            let status = status.as_u16();
            tracing::warn!(%address, route, status, why, "a caller was refused");
        }
    }

    /// Logs once a minute how many further rejections were not logged.
    pub(crate) async fn summarise(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut every = tokio::time::interval(WINDOW);
        loop {
            tokio::select! {
                _ = every.tick() => self.log_unlogged(),
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        self.log_unlogged();
    }

    fn log_unlogged(&self) {
        let count = self.throttle.take_unlogged();
        if count > 0 {
            let seconds = Duration::as_secs(&WINDOW);
            tracing::warn!(count, seconds, "some refused callers were not logged");
        }
    }
}

/// Logs every rejected caller, with the template of the route: a path may identify a patient.
pub(in crate::http) async fn layer(State(app): Context, request: Request, next: Next) -> Response {
    let refused_callers = &app.refused_callers;
    let address = refused_callers.address(request.headers(), request.extensions());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let callback = if matched.is_none() {
        let prefix = &app.ports.settings.callback_prefix;
        callback_path::kind_of(request.uri().path(), prefix)
    } else {
        None
    };
    let response = next.run(request).await;
    let status = response.status();
    let marked = response.extensions().get::<Refused>().map(|Refused(why)| *why);
    let usual = match status {
        StatusCode::UNAUTHORIZED => Some("the key is missing or unknown"),
        StatusCode::FORBIDDEN => Some("the key's roles or facilities do not allow this"),
        StatusCode::TOO_MANY_REQUESTS => Some("unknown keys were shown too often"),
        _ => None,
    };
    if let Some(why) = marked.or(usual) {
        let route = matched.as_ref().map(MatchedPath::as_str);
        let route = route.or(callback.map(|(kind, _)| kind.path())).unwrap_or("none");
        refused_callers.log(status, why, address, route);
    }
    response
}
