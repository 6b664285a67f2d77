//! The keys that sign callbacks.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hip_commands::operations::abdm_error::Context;
use hip_commands::port::Clock;
use hip_commands::port::gateway::SendError;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse};
use parking_lot::RwLock;

use super::HttpGateway;
use super::key_cache::KeyCache;
use super::verified_bearers::KeySetTime;

/// Age after which the key set is fetched again.
const AGE_MAX: TimeDelta = TimeDelta::hours(6);

/// Minimum interval between fetches: anybody can invent key ids, and while the gateway is unavailable
/// every callback would wait for it.
const REFETCH_MIN: TimeDelta = TimeDelta::seconds(60);

pub(super) struct Certificates {
    clock: Arc<dyn Clock>,
    cache: Option<KeyCache>,
    /// How long keys are trusted if they cannot be fetched again.
    trusted_for: TimeDelta,
    known: RwLock<Known>,
    /// Held during a fetch. Callbacks with known keys do not wait for it.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, DecodingKey>,
    /// When they were fetched, perhaps by an earlier process.
    fetched_at: Option<DateTime<Utc>>,
    /// When the set is fetched again; immediately for keys from the disk.
    good_until: Option<DateTime<Utc>>,
    /// Time and error of the last failed fetch.
    asked_at: Option<DateTime<Utc>>,
    failure: Option<SendError>,
}

/// Result of a lookup without asking the gateway.
enum KeyLookup {
    /// The key, and whether it is fresh enough.
    Key { key: DecodingKey, is_fresh: bool },
    /// The gateway has no such key.
    Absent,
    /// Unknown: the gateway did not answer a moment ago.
    Unavailable(SendError),
    /// The gateway has to be asked.
    Ask,
}

impl Known {
    fn answer(&self, key_id: &str, now: DateTime<Utc>, trusted_for: TimeDelta) -> KeyLookup {
        let is_trusted = self.fetched_at.is_some_and(|at| now - at < trusted_for);
        let was_asked = self.was_asked(now);
        let is_fresh = was_asked || self.good_until.is_some_and(|until| now < until);
        match (self.keys.get(key_id).filter(|_| is_trusted), &self.failure) {
            (Some(key), _) => KeyLookup::Key { key: key.clone(), is_fresh },
            // An unknown key while we cannot ask: not the sender's fault.
            (None, Some(failure)) if was_asked => KeyLookup::Unavailable(failure.clone()),
            (None, None) if was_asked => KeyLookup::Absent,
            (None, _) => KeyLookup::Ask,
        }
    }

    /// Whether the gateway was asked just now. A clock that was set back does not block fetches.
    fn was_asked(&self, now: DateTime<Utc>) -> bool {
        self.asked_at.is_some_and(|at| (TimeDelta::zero()..REFETCH_MIN).contains(&(now - at)))
    }
}

impl Certificates {
    /// Starts with the keys that an earlier process stored.
    pub(super) fn new(
        clock: Arc<dyn Clock>,
        cache: Option<KeyCache>,
        trusted_for: TimeDelta,
    ) -> Self {
        let kept = cache.as_ref().and_then(KeyCache::read);
        let known = kept.map_or_else(Known::default, |kept| Known {
            keys: usable(&kept.set),
            fetched_at: Some(kept.fetched_at),
            ..Known::default()
        });
        let known = RwLock::new(known);
        Self { clock, cache, trusted_for, known, asking: tokio::sync::Mutex::default() }
    }

    /// The key with this id; `None` if the gateway has no such key.
    pub(super) async fn key<F: Future<Output = Result<JwkSet, SendError>>>(
        &self,
        key_id: &str,
        fetch: impl Fn() -> F,
    ) -> Result<Option<DecodingKey>, SendError> {
        let known = match self.answer(key_id) {
            KeyLookup::Key { key, is_fresh: true } => return Ok(Some(key)),
            KeyLookup::Key { key, is_fresh: false } => Some(key),
            KeyLookup::Absent => return Ok(None),
            KeyLookup::Unavailable(failure) => return Err(failure),
            KeyLookup::Ask => None,
        };
        let asking = match (known, self.asking.try_lock()) {
            // Another caller is fetching already; this key is still valid.
            (Some(key), Err(_)) => return Ok(Some(key)),
            (None, Err(_)) => self.asking.lock().await,
            (_, Ok(asking)) => asking,
        };
        // Another caller may have fetched while we waited.
        if matches!(self.answer(key_id), KeyLookup::Ask | KeyLookup::Key { is_fresh: false, .. }) {
            self.ask(fetch()).await;
        }
        drop(asking);
        match self.answer(key_id) {
            KeyLookup::Key { key, .. } => Ok(Some(key)),
            KeyLookup::Unavailable(failure) => Err(failure),
            KeyLookup::Absent | KeyLookup::Ask => Ok(None),
        }
    }

    /// The current key of the gateway under this id, if it can be fetched again; `None` if it was
    /// fetched just now or the gateway does not answer.
    pub(super) async fn newer_key<F: Future<Output = Result<JwkSet, SendError>>>(
        &self,
        key_id: &str,
        fetch: impl Fn() -> F,
    ) -> Option<DecodingKey> {
        let _asking = self.asking.try_lock().ok()?;
        if self.known.read().was_asked(self.clock.now()) {
            return None;
        }
        self.ask(fetch()).await;
        match self.answer(key_id) {
            KeyLookup::Key { key, .. } if self.known.read().failure.is_none() => Some(key),
            KeyLookup::Key { .. }
            | KeyLookup::Absent
            | KeyLookup::Unavailable(_)
            | KeyLookup::Ask => None,
        }
    }

    /// When the current set was fetched.
    pub(super) fn set_time(&self) -> KeySetTime {
        self.known.read().fetched_at
    }

    fn answer(&self, key_id: &str) -> KeyLookup {
        self.known.read().answer(key_id, self.clock.now(), self.trusted_for)
    }

    /// Fetches the set and replaces the stored one on success.
    async fn ask(&self, fetch: impl Future<Output = Result<JwkSet, SendError>>) {
        let fetched = fetch.await;
        let now = self.clock.now();
        let set = match fetched {
            Ok(set) => set,
            Err(error) => return self.note_failure(error, now),
        };
        let known = Known {
            keys: usable(&set),
            fetched_at: Some(now),
            good_until: Some(now + AGE_MAX),
            asked_at: Some(now),
            failure: None,
        };
        *self.known.write() = known;
        if let Some(cache) = &self.cache {
            cache.write(set, now).await;
        }
    }

    fn note_failure(&self, error: SendError, now: DateTime<Utc>) {
        let mut known = self.known.write();
        if let Some(at) = known.fetched_at {
            let age_s = (now - at).num_seconds();
            let trusted_for_s = (self.trusted_for - (now - at)).num_seconds();
            if trusted_for_s > 0 {
                tracing::error!(%error, age_s, trusted_for_s, "the gateway's keys could not be fetched; the known keys are trusted for a limited time");
            } else {
                tracing::error!(%error, age_s, "the gateway's keys could not be fetched for too long: all callbacks are refused");
            }
        }
        (known.asked_at, known.failure) = (Some(now), Some(error));
    }
}

impl HttpGateway {
    /// Number of usable keys, and seconds by which the gateway's clock is ahead of ours, if it
    /// sends its time. Always fetches.
    pub async fn probe_keys(&self) -> Result<(usize, Option<i64>), SendError> {
        let (set, date) = self.fetch_dated_keys().await?;
        let ahead_s = date.map(|date| (date - self.endpoint.clock.now()).num_seconds());
        Ok((usable(&set).len(), ahead_s))
    }

    pub(super) async fn fetch_keys(&self) -> Result<JwkSet, SendError> {
        self.fetch_dated_keys().await.map(|(set, _)| set)
    }

    /// The gateway answers 401 to a request for its keys without a session. A set without a usable key
    /// counts as no answer: it must not replace a usable set.
    async fn fetch_dated_keys(&self) -> Result<(JwkSet, Option<DateTime<Utc>>), SendError> {
        let endpoint = &self.endpoint;
        let request = || {
            let headers = endpoint.headers(endpoint.fresh_id());
            Ok(endpoint.client.get(endpoint.url("/gateway/v3/certs")).headers(headers))
        };
        let reply = self.call(Context::Session, request).await?;
        let (status, date) = (Some(reply.status.as_u16()), reply.date);
        let body = reply.accepted(Context::Session).map_err(|_| SendError::Unavailable {
            status,
            code: None,
            retry_after: None,
        })?;
        let set = serde_json::from_slice(&body).ok().filter(|set| !usable(set).is_empty());
        set.map(|set| (set, date)).ok_or(SendError::Unavailable {
            status,
            code: None,
            retry_after: None,
        })
    }
}

/// The keys of a set that may sign callbacks, by their ids: RSA keys of 2048 bits and more, for
/// signatures with RS256. The set also holds the key of link tokens, which is for RS512.
fn usable(set: &JwkSet) -> HashMap<String, DecodingKey> {
    set.keys.iter().filter_map(callback_key).collect()
}

fn callback_key(jwk: &Jwk) -> Option<(String, DecodingKey)> {
    let AlgorithmParameters::RSA(rsa) = &jwk.algorithm else {
        return None;
    };
    let is_for_rs256 = jwk.common.key_algorithm.is_none_or(|alg| alg == KeyAlgorithm::RS256);
    let is_for_signatures =
        jwk.common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature);
    let modulus = URL_SAFE_NO_PAD.decode(rsa.n.trim_end_matches('=')).ok()?;
    let modulus_bytes = modulus.iter().skip_while(|byte| **byte == 0).count();
    if !is_for_rs256 || !is_for_signatures || modulus_bytes < MODULUS_BYTES_MIN {
        return None;
    }
    let key = DecodingKey::from_rsa_components(&rsa.n, &rsa.e).ok()?;
    Some((jwk.common.key_id.clone()?, key))
}

const MODULUS_BYTES_MIN: usize = 2_048 / 8;
