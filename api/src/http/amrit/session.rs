//! Who may call: whoever shows AMRIT's session key, or our own API key.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use hip_commands::caller::{Caller, Role};

use super::envelope::Envelope;
use crate::compose::Composed;

/// Whose key it is. What they ask for is bounded by their facilities.
pub(super) struct Session(pub(super) Arc<Caller>);

impl FromRequestParts<Arc<Composed>> for Session {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        composed: &Arc<Composed>,
    ) -> Result<Self, Response> {
        // AMRIT's own service knows its routes by this header.
        let Some(header) = parts.headers.get(AUTHORIZATION) else {
            return Err(StatusCode::NOT_FOUND.into_response());
        };
        let shown = header.to_str().unwrap_or_default();
        let shown = shown.strip_prefix("Bearer ").unwrap_or(shown).trim();
        let known = composed.clients.caller(shown);
        if let Some(caller) = known.filter(|caller| caller.is_one_of(&[Role::Emr])) {
            return Ok(Self(caller));
        }
        if let Some(sessions) = &composed.amrit_sessions {
            match sessions.is_open(shown).await {
                Ok(true) => return Ok(Self(Arc::new(Caller::amrit()))),
                Ok(false) => {}
                Err(error) => {
                    tracing::warn!(%error, "a caller could not be checked");
                    let words = "Sessions cannot be checked at the moment; try again";
                    return Err(Envelope::failed(words).into_response());
                }
            }
        }
        Err(Envelope::failed("Invalid login key or session is expired").into_response())
    }
}
