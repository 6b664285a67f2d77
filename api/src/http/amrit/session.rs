//! Authentication of AMRIT's routes: a session key of AMRIT, or our own API key.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, RETRY_AFTER};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use hip_commands::accountability::caller::{Caller, Role};

use super::envelope::Envelope;
use crate::app::App;
use crate::http::middleware::refused::Refused;

/// The authenticated caller. Requests are limited to their facilities.
pub(super) struct Session(pub(super) Arc<Caller>);

impl FromRequestParts<Arc<App>> for Session {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        // AMRIT's own service recognises its routes by this header.
        let Some(header) = parts.headers.get(AUTHORIZATION) else {
            return Err(StatusCode::NOT_FOUND.into_response());
        };
        let shown = header.to_str().unwrap_or_default();
        let shown = shown.strip_prefix("Bearer ").unwrap_or(shown).trim();
        if let Some(caller) = app.clients.caller(shown) {
            // One of our API keys is not a session, whatever its roles are.
            let is_record_system = caller.is_one_of(&[Role::Emr]);
            return if is_record_system { Ok(Self(caller)) } else { Err(refused(FORBIDDEN, None)) };
        }
        if let Some(sessions) = &app.amrit_sessions {
            match sessions.caller(shown).await {
                Ok(Some(caller)) => return Ok(Self(Arc::new(caller))),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "a caller could not be verified");
                    let words = "Sessions cannot be checked at the moment; try again";
                    return Err(Envelope::failed(words).into_response());
                }
            }
        }
        Err(refused(UNKNOWN, app.refused_callers.count(parts)))
    }
}

const UNKNOWN: Refused = Refused("the key or session is unknown");
const FORBIDDEN: Refused = Refused("the key's roles do not allow this");

/// AMRIT reads the envelope, whatever the status is.
fn refused(why: Refused, wait_s: Option<u32>) -> Response {
    let mut response = Envelope::failed("Invalid login key or session is expired").into_response();
    response.extensions_mut().insert(why);
    if let Some(seconds) = wait_s {
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    response
}
