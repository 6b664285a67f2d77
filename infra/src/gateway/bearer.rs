//! Who sends a callback proves it with a bearer that the gateway has signed.

use std::collections::BTreeMap;

use hip_commands::port::gateway::SendError;
use hip_domain::inbound::BearerCheck;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

use super::HttpGateway;

/// What a bearer must prove beside its signature.
#[derive(Debug, Clone)]
pub struct BearerPolicy {
    /// `aud` must contain this.
    pub audience: String,
    /// `iss` must be this; nothing accepts any, because the network does not publish it.
    pub issuer: Option<String>,
    /// Claims that it must have, with this value or with it in a list: by name, or by a path of names
    /// with dots between. The sandbox's have `clientId` `gateway`.
    pub claims: BTreeMap<String, String>,
    /// Seconds after its end for which a message is still stored. Later than an operator's allowance
    /// it is not acted upon by itself; see `Settings::is_too_late`.
    pub late_kept_s_max: i64,
}

/// Why a sender is not believed.
#[derive(Debug, Error)]
pub enum BearerError {
    /// The bearer proves nothing.
    #[error("the bearer is refused: {0}")]
    Refused(&'static str),
    /// The gateway's keys cannot be had; the sender should try again.
    #[error("the gateway's keys cannot be had")]
    Unavailable(#[from] SendError),
}

#[derive(Deserialize)]
struct Claims {
    exp: i64,
    iss: Option<String>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// Both clocks may be off this much.
const SKEW_S: i64 = 60;

/// A JWT of the gateway has about a kilobyte.
const BEARER_BYTES_MAX: usize = 8 * 1024;

impl HttpGateway {
    /// Checks the bearer of a callback: signed by a key of the gateway, for us, and not so late that
    /// its message is not even kept. How late it was is for the reader of the message to judge.
    pub async fn check_bearer(&self, bearer: &str) -> Result<BearerCheck, BearerError> {
        let refused = BearerError::Refused;
        if bearer.len() > BEARER_BYTES_MAX {
            return Err(refused("it is too long"));
        }
        let header = decode_header(bearer).map_err(|_| refused("it is no JWT"))?;
        // Never what the token says: else it could name an algorithm without a secret.
        if !matches!(header.alg, Algorithm::RS256 | Algorithm::RS512) {
            return Err(refused("its algorithm is not RS256 or RS512"));
        }
        let key_id = header.kid.ok_or(refused("it names no key"))?;
        let key = self.certificates.key(&key_id, self.fetch_keys()).await?;
        let key = key.ok_or(refused("the gateway has no such key"))?;
        let claims = decode::<Claims>(bearer, &key, &self.validation(header.alg))
            .map_err(|_| refused("its signature, audience or issuer is not the gateway's"))?
            .claims;
        if !self.policy.claims.iter().all(|(name, value)| has(&claims.others, name, value)) {
            return Err(refused("it lacks a claim that [gateway.claims] asks for"));
        }
        let late_by_s = self.endpoint.clock.now().timestamp() - claims.exp;
        if late_by_s > SKEW_S + self.policy.late_kept_s_max {
            return Err(refused("it has expired"));
        }
        let late_by_s = if late_by_s > SKEW_S { late_by_s } else { 0 };
        Ok(BearerCheck { key_id, issuer: claims.iss, late_by_s })
    }

    /// Time is checked by our own clock, above.
    fn validation(&self, algorithm: Algorithm) -> Validation {
        let mut validation = Validation::new(algorithm);
        validation.validate_exp = false;
        validation.set_audience(&[&self.policy.audience]);
        if let Some(issuer) = &self.policy.issuer {
            validation.set_issuer(&[issuer]);
        }
        validation
    }
}

/// Whether a claim is this text, or a list with it.
fn has(claims: &Map<String, Value>, name: &str, wanted: &str) -> bool {
    let claim = claims.get(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        rest.split('.').try_fold(claims.get(first)?, |claim, name| claim.get(name))
    });
    match claim {
        Some(Value::String(text)) => text == wanted,
        Some(Value::Array(texts)) => texts.iter().any(|text| text.as_str() == Some(wanted)),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => false,
    }
}
