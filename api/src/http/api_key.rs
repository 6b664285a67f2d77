//! Who may push and read visits: whoever shows the API key.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};

use super::problem::Problem;
use crate::compose::Composed;

/// Proof that the caller has shown the key, as a bearer or in `X-API-Key`.
pub(crate) struct ApiKey;

impl FromRequestParts<Arc<Composed>> for ApiKey {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        composed: &Arc<Composed>,
    ) -> Result<Self, Problem> {
        let shown = shown(parts).unwrap_or_default();
        // Digests have one length and give nothing away: their comparison needs no care about time.
        let same =
            Sha256::digest(shown) == Sha256::digest(composed.secrets.api_key.expose_secret());
        if same {
            return Ok(Self);
        }
        Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "The caller is not known",
            "send the API key as `Authorization: Bearer …` or `X-API-Key: …`",
        ))
    }
}

fn shown(parts: &Parts) -> Option<&str> {
    if let Some(key) = parts.headers.get("x-api-key") {
        return key.to_str().ok();
    }
    parts.headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}
