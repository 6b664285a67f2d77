//! The keys that sign callbacks.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use hip_commands::abdm_error::Context;
use hip_commands::port::Clock;
use hip_commands::port::gateway::SendError;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet};
use tokio::sync::RwLock;

use super::HttpGateway;
use super::key_cache::KeyCache;

/// A known key is trusted this long before the set is fetched again.
const AGE_MAX: TimeDelta = TimeDelta::hours(6);

/// The gateway is not asked more often than this: anybody can make up key ids, and while it is away
/// every callback would wait for it.
const REFETCH_MIN: TimeDelta = TimeDelta::seconds(60);

pub(super) struct Certificates {
    clock: Arc<dyn Clock>,
    cache: Option<KeyCache>,
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, DecodingKey>,
    /// When the gateway gave them, perhaps to an earlier process.
    fetched_at: Option<DateTime<Utc>>,
    /// From when on it is asked again; at once, for keys from the disk.
    good_until: Option<DateTime<Utc>>,
    /// When it was last asked, and why it gave nothing then.
    asked_at: Option<DateTime<Utc>>,
    failure: Option<SendError>,
}

impl Known {
    /// What is known of a key without asking; nothing, when the gateway has to be asked.
    fn answer(
        &self,
        key_id: &str,
        now: DateTime<Utc>,
    ) -> Option<Result<Option<DecodingKey>, SendError>> {
        let is_fresh = self.good_until.is_some_and(|until| now < until);
        let was_asked = self.asked_at.is_some_and(|at| now - at < REFETCH_MIN);
        match (self.keys.get(key_id), &self.failure) {
            (Some(key), _) if is_fresh || was_asked => Some(Ok(Some(key.clone()))),
            // A key that we do not know while we cannot ask: not the sender's fault.
            (None, Some(failure)) if was_asked => Some(Err(failure.clone())),
            (None, None) if was_asked => Some(Ok(None)),
            (Some(_) | None, _) => None,
        }
    }
}

impl Certificates {
    /// Begins with what an earlier process has kept.
    pub(super) fn new(clock: Arc<dyn Clock>, cache: Option<KeyCache>) -> Self {
        let kept = cache.as_ref().and_then(KeyCache::read);
        let known = kept.map_or_else(Known::default, |kept| Known {
            keys: usable(&kept.set),
            fetched_at: Some(kept.fetched_at),
            ..Known::default()
        });
        Self { clock, cache, known: RwLock::new(known) }
    }

    /// The key with this id; nothing, when the gateway has no such key. `fetch` is awaited only when
    /// the gateway has to be asked.
    pub(super) async fn key(
        &self,
        key_id: &str,
        fetch: impl Future<Output = Result<JwkSet, SendError>>,
    ) -> Result<Option<DecodingKey>, SendError> {
        let now = self.clock.now();
        if let Some(answer) = self.known.read().await.answer(key_id, now) {
            return answer;
        }
        let mut known = self.known.write().await;
        // Somebody else may have asked while we waited for the lock.
        if let Some(answer) = known.answer(key_id, now) {
            return answer;
        }
        match fetch.await {
            Ok(set) => {
                *known = Known {
                    keys: usable(&set),
                    fetched_at: Some(now),
                    good_until: Some(now + AGE_MAX),
                    asked_at: Some(now),
                    failure: None,
                };
                if let Some(cache) = &self.cache {
                    cache.write(set, now).await;
                }
            }
            Err(error) => {
                if let Some(at) = known.fetched_at {
                    let age_s = (now - at).num_seconds();
                    tracing::warn!(%error, age_s, "the gateway's keys could not be fetched anew; those of {age_s} s ago stay in use");
                }
                (known.asked_at, known.failure) = (Some(now), Some(error));
            }
        }
        known.answer(key_id, now).unwrap_or(Ok(None))
    }
}

impl HttpGateway {
    /// How many keys the gateway has for us, and how many seconds its clock is ahead of ours, when it
    /// tells its time. Always asks.
    pub async fn probe_keys(&self) -> Result<(usize, Option<i64>), SendError> {
        let (set, date) = self.fetch_dated_keys().await?;
        let ahead_s = date.map(|date| (date - self.endpoint.clock.now()).num_seconds());
        Ok((usable(&set).len(), ahead_s))
    }

    pub(super) async fn fetch_keys(&self) -> Result<JwkSet, SendError> {
        self.fetch_dated_keys().await.map(|(set, _)| set)
    }

    /// The gateway answers 401 to a request for its keys without a session. A set without a key that
    /// we can use is no answer: it must not replace one that has some.
    async fn fetch_dated_keys(&self) -> Result<(JwkSet, Option<DateTime<Utc>>), SendError> {
        let endpoint = &self.endpoint;
        let request = || {
            let headers = endpoint.headers(endpoint.fresh_id());
            Ok(endpoint.client.get(endpoint.url("/gateway/v3/certs")).headers(headers))
        };
        let reply = self.call(Context::Session, request).await?;
        let (status, date) = (Some(reply.status.as_u16()), reply.date);
        let body = reply
            .accepted(Context::Session)
            .map_err(|_| SendError::Unavailable { status, code: None })?;
        let set = serde_json::from_slice(&body).ok().filter(|set| !usable(set).is_empty());
        set.map(|set| (set, date)).ok_or(SendError::Unavailable { status, code: None })
    }
}

/// The RSA keys of a set, by their ids.
fn usable(set: &JwkSet) -> HashMap<String, DecodingKey> {
    set.keys.iter().filter_map(rsa_key).collect()
}

fn rsa_key(jwk: &Jwk) -> Option<(String, DecodingKey)> {
    let AlgorithmParameters::RSA(rsa) = &jwk.algorithm else {
        return None;
    };
    let key = DecodingKey::from_rsa_components(&rsa.n, &rsa.e).ok()?;
    Some((jwk.common.key_id.clone()?, key))
}
