//! Bearers whose signature was verified a short time ago.
//!
//! The gateway sends many callbacks under one bearer. Its claims are checked each time; only the signature, of the very
//! same bytes and with the same set of keys, is not verified again.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use hip_proof::sha256;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

/// Maximum number of bearers, and for how long.
const COUNT_MAX: u64 = 1_000;
const AGE_MAX: Duration = Duration::from_secs(15 * 60);

/// When a set of keys was fetched.
pub(super) type KeySetTime = Option<DateTime<Utc>>;

/// Claims by the SHA-256 of their bearer, with the set of keys.
pub(super) struct VerifiedBearers<C>(Cache<[u8; 32], (KeySetTime, Arc<C>)>);

impl<C: Send + Sync + 'static> Default for VerifiedBearers<C> {
    fn default() -> Self {
        let cache = Cache::builder().max_capacity(COUNT_MAX).time_to_live(AGE_MAX);
        Self(cache.eviction_policy(EvictionPolicy::lru()).build())
    }
}

impl<C: Send + Sync + 'static> VerifiedBearers<C> {
    /// The claims of a bearer, if it was verified with this set.
    pub(super) fn get(&self, bearer: &str, set: KeySetTime) -> Option<Arc<C>> {
        let (verified_with, claims) = self.0.get(&sha256(bearer.as_bytes()))?;
        (verified_with == set).then_some(claims)
    }

    /// Keeps the claims of a verified bearer.
    pub(super) fn put(&self, bearer: &str, set: KeySetTime, claims: Arc<C>) {
        self.0.insert(sha256(bearer.as_bytes()), (set, claims));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_is_verified_again_with_other_keys_and_with_any_other_byte() {
        let verified = VerifiedBearers::default();
        let (first, second) = (Some(DateTime::UNIX_EPOCH), None);
        verified.put("a.b.c", first, Arc::new(7));
        assert_eq!(verified.get("a.b.c", first).as_deref(), Some(&7));
        assert!(verified.get("a.b.c", second).is_none());
        assert!(verified.get("a.b.C", first).is_none());
    }
}
