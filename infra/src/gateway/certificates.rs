//! The keys that sign callbacks.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use hip_commands::port::gateway::SendError;
use hip_domain::id::RequestId;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, JwkSet};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::RwLock;

use super::{Endpoint, read_bounded};

/// A known key is trusted this long before the set is fetched again.
const AGE_MAX: TimeDelta = TimeDelta::hours(6);

/// An unknown key id leads to a new fetch, but not more often: anybody can make up key ids.
const REFETCH_MIN: TimeDelta = TimeDelta::seconds(60);

pub(super) struct Certificates {
    endpoint: Arc<Endpoint>,
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, DecodingKey>,
    fetched_at: Option<DateTime<Utc>>,
}

impl Known {
    /// Whether what is known answers for this key, be it that there is none.
    fn is_good_for(&self, key_id: &str, now: DateTime<Utc>) -> bool {
        let age_max = if self.keys.contains_key(key_id) { AGE_MAX } else { REFETCH_MIN };
        self.fetched_at.is_some_and(|at| now - at < age_max)
    }
}

impl Certificates {
    pub(super) fn new(endpoint: Arc<Endpoint>) -> Self {
        Self { endpoint, known: RwLock::default() }
    }

    /// The key with this id; nothing, when the gateway has no such key.
    pub(super) async fn key(
        &self,
        key_id: &str,
        session: &SecretString,
    ) -> Result<Option<DecodingKey>, SendError> {
        let now = self.endpoint.clock.now();
        if self.known.read().await.is_good_for(key_id, now) {
            return Ok(self.known.read().await.keys.get(key_id).cloned());
        }
        let mut known = self.known.write().await;
        // Somebody else may have fetched while we waited for the lock.
        if known.is_good_for(key_id, now) {
            return Ok(known.keys.get(key_id).cloned());
        }
        match self.fetch(session).await {
            Ok(keys) => *known = Known { keys, fetched_at: Some(now) },
            // Old keys are better than none while the gateway is away.
            Err(error) if known.keys.is_empty() => return Err(error),
            Err(_) => tracing::warn!("the gateway's keys could not be fetched anew"),
        }
        Ok(known.keys.get(key_id).cloned())
    }

    /// The gateway answers 401 to a request for its keys without a session.
    async fn fetch(
        &self,
        session: &SecretString,
    ) -> Result<HashMap<String, DecodingKey>, SendError> {
        let away = |status| SendError::Unavailable { status, code: None };
        let response = self
            .endpoint
            .client
            .get(self.endpoint.url("/gateway/v3/certs"))
            .headers(self.endpoint.headers(RequestId(self.endpoint.ids.random())))
            .bearer_auth(session.expose_secret())
            .send()
            .await
            .map_err(|_| away(None))?;
        let status = response.status();
        let body = read_bounded(response).await;
        if !status.is_success() {
            return Err(away(Some(status.as_u16())));
        }
        let set: JwkSet = serde_json::from_slice(&body).map_err(|_| away(Some(status.as_u16())))?;
        Ok(set.keys.iter().filter_map(rsa_key).collect())
    }
}

fn rsa_key(jwk: &jsonwebtoken::jwk::Jwk) -> Option<(String, DecodingKey)> {
    let AlgorithmParameters::RSA(rsa) = &jwk.algorithm else {
        return None;
    };
    let key = DecodingKey::from_rsa_components(&rsa.n, &rsa.e).ok()?;
    Some((jwk.common.key_id.clone()?, key))
}
