//! Verifies the sender of a callback by a bearer that the gateway signed.
//!
//! The gateway's keys also sign sessions of every participant, including ours, and link
//! tokens. So besides the signature the claims must show that the gateway itself is the sender.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))] // numbers and instants here come from outside

use std::collections::BTreeMap;
use std::sync::Arc;

use hip_commands::port::gateway::SendError;
use hip_domain::inbound::BearerCheck;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

use super::HttpGateway;

/// Required claims of a bearer.
#[derive(Debug, Clone)]
pub struct BearerPolicy {
    /// `aud` must contain this.
    pub audience: String,
    /// `iss` must be one of these; an empty list accepts any issuer.
    pub issuers: Vec<String>,
    /// Required value of `clientId` and `azp`, where present; at least one must be. `None`
    /// accepts any client, our own included.
    pub client: Option<String>,
    /// Further required claims, with this value or with a list that contains it: by name, or by a path of
    /// names separated by dots.
    pub claims: BTreeMap<String, String>,
    /// Seconds after its expiry for which a message is still stored. A message later than the operator's limit
    /// is not processed automatically; see `Settings::is_too_late`.
    pub late_kept_s_max: i64,
}

/// Why a bearer is not accepted.
#[derive(Debug, Error)]
pub enum BearerError {
    /// The bearer is invalid.
    #[error("the bearer is refused: {0}")]
    Refused(&'static str),
    /// The gateway's keys are not available; the sender should retry.
    #[error("the gateway's keys cannot be fetched")]
    Unavailable(#[from] SendError),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Claims {
    exp: i64,
    iat: Option<i64>,
    nbf: Option<i64>,
    iss: String,
    typ: String,
    azp: Option<String>,
    client_id: Option<String>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// Permitted clock difference, in seconds.
const SKEW_S: i64 = 60;

/// The gateway's bearers live twenty minutes; a token that lives longer is not one of them.
const LIFETIME_S_MAX: i64 = 3_600;

/// Maximum size of a bearer. A JWT of the gateway has about a kilobyte.
const BEARER_BYTES_MAX: usize = 8 * 1024;

impl HttpGateway {
    /// Checks the bearer of a callback: signed by a key of the gateway, issued by the gateway for us, and
    /// not too late to be stored. The caller decides what to do with a late message.
    pub async fn check_bearer(&self, bearer: &str) -> Result<BearerCheck, BearerError> {
        let refused = BearerError::Refused;
        if bearer.len() > BEARER_BYTES_MAX {
            return Err(refused("it is too long"));
        }
        let header = decode_header(bearer).map_err(|_| refused("it is no JWT"))?;
        // Never the algorithm of the token: it could name one without a secret. RS512 signs
        // link tokens.
        if header.alg != Algorithm::RS256 {
            return Err(refused("its algorithm is not RS256"));
        }
        let key_id = header.kid.ok_or(refused("it names no key"))?;
        let claims = self.verified(bearer, &key_id).await?;
        let now = self.endpoint.clock.now().timestamp();
        self.policy.check(&claims, now).map_err(refused)?;
        let late_by_s = now.saturating_sub(claims.exp);
        let late_by_s = if late_by_s > SKEW_S { late_by_s } else { 0 };
        Ok(BearerCheck { key_id, issuer: Some(claims.iss.clone()), late_by_s })
    }

    /// The claims of a bearer with a valid signature. If the signature is invalid, the gateway may have a new key
    /// under the same id: the keys are fetched once, unless they were fetched just now.
    async fn verified(&self, bearer: &str, key_id: &str) -> Result<Arc<Claims>, BearerError> {
        let refused = BearerError::Refused;
        let certificates = &self.certificates;
        // Before the key is looked up: if the set changes meanwhile, the bearer counts as verified with the older one.
        let set = certificates.set_time();
        let key = certificates.key(key_id, || self.fetch_keys()).await?;
        let key = key.ok_or(refused("the gateway has no such key"))?;
        if let Some(claims) = self.verified_bearers.get(bearer, set) {
            return Ok(claims);
        }
        let claims = match self.policy.decode(bearer, &key) {
            Err(ErrorKind::InvalidSignature) => {
                let newer = certificates.newer_key(key_id, || self.fetch_keys()).await;
                let newer = newer.ok_or(refused("its signature is not the gateway's"))?;
                self.policy.decode(bearer, &newer)
            }
            decoded => decoded,
        };
        let claims = claims.map_err(|why| {
            if matches!(why, ErrorKind::InvalidSignature) {
                refused("its signature is not the gateway's")
            } else if matches!(why, ErrorKind::InvalidAudience) {
                refused("its audience is not ours")
            } else {
                refused("a claim is missing or has another type")
            }
        })?;
        let claims = Arc::new(claims);
        self.verified_bearers.put(bearer, set, Arc::clone(&claims));
        Ok(claims)
    }
}

impl BearerPolicy {
    /// Times are checked with our own clock, in [`Self::check`].
    fn decode(&self, bearer: &str, key: &DecodingKey) -> Result<Claims, ErrorKind> {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_required_spec_claims(&["exp", "aud", "iss"]);
        validation.set_audience(&[&self.audience]);
        let decoded = decode::<Claims>(bearer, key, &validation);
        decoded.map(|token| token.claims).map_err(jsonwebtoken::errors::Error::into_kind)
    }

    fn check(&self, claims: &Claims, now: i64) -> Result<(), &'static str> {
        if !self.issuers.is_empty() && !self.issuers.contains(&claims.iss) {
            tracing::warn!(issuer = %claims.iss, "a bearer that the gateway has signed names an issuer that [gateway] issuer does not list");
            return Err("its issuer is not the gateway's");
        }
        if !claims.typ.eq_ignore_ascii_case("Bearer") {
            return Err("the token is not a bearer token");
        }
        if let Some(client) = &self.client {
            let named = [&claims.client_id, &claims.azp];
            let mut named = named.into_iter().flatten().peekable();
            if named.peek().is_none() || named.any(|name| name != client) {
                return Err("it is the token of another client than the gateway");
            }
        }
        if !self.claims.iter().all(|(name, value)| claims.have(name, value)) {
            return Err("it lacks a claim that [gateway.claims] asks for");
        }
        let soon = now.saturating_add(SKEW_S);
        if claims.nbf.is_some_and(|nbf| nbf > soon) || claims.iat.is_some_and(|iat| iat > soon) {
            return Err("it is not valid yet");
        }
        let issued_at = claims.iat.unwrap_or(now);
        if claims.exp.saturating_sub(issued_at) > LIFETIME_S_MAX {
            return Err("it lives longer than a bearer of the gateway");
        }
        if now.saturating_sub(claims.exp) > SKEW_S.saturating_add(self.late_kept_s_max) {
            return Err("it has expired");
        }
        Ok(())
    }
}

impl Claims {
    /// Whether a claim is this text, or a list that contains it.
    fn have(&self, name: &str, wanted: &str) -> bool {
        let known = match name {
            "clientId" => self.client_id.as_deref(),
            "azp" => self.azp.as_deref(),
            "iss" => Some(self.iss.as_str()),
            "typ" => Some(self.typ.as_str()),
            _ => None,
        };
        if let Some(known) = known {
            return known == wanted;
        }
        let claim = self.others.get(name).or_else(|| {
            let (first, rest) = name.split_once('.')?;
            rest.split('.').try_fold(self.others.get(first)?, |claim, name| claim.get(name))
        });
        match claim {
            Some(Value::String(text)) => text == wanted,
            Some(Value::Array(texts)) => texts.iter().any(|text| text.as_str() == Some(wanted)),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => {
                false
            }
        }
    }
}
