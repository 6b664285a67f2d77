//! Link tokens in process memory: suitable for a single process, which fills it from the log.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_commands::port::link_token_cache::{CacheError, CachedToken, Holder};
use hip_commands::port::{Clock, LinkTokenCache};
use moka::ops::compute::Op;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use moka::{Entry, Expiry};
use parking_lot::RwLock;

/// A cache in memory.
pub struct MemoryLinkTokenCache {
    clock: Arc<dyn Clock>,
    entry_count_max: u64,
    generations: RwLock<Generations>,
}

#[derive(Default)]
struct Generations {
    live: Option<i32>,
    held: BTreeMap<i32, Cache<Holder, Slot>>,
}

/// The cached value of one pair: a token, or the position up to which everything was removed.
#[derive(Clone)]
struct Slot {
    position: i64,
    token: Option<CachedToken>,
    rest: Duration,
}

/// Expiry policy: each slot states its own lifetime.
struct Rest;

impl Expiry<Holder, Slot> for Rest {
    fn expire_after_create(&self, _: &Holder, slot: &Slot, _: Instant) -> Option<Duration> {
        Some(slot.rest)
    }

    fn expire_after_update(
        &self,
        _: &Holder,
        slot: &Slot,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(slot.rest)
    }
}

impl MemoryLinkTokenCache {
    /// Creates an empty cache with a maximum number of tokens for each generation. When full, it evicts the least
    /// recently used.
    pub fn new(entry_count_max: u64, clock: Arc<dyn Clock>) -> Self {
        Self { clock, entry_count_max, generations: RwLock::default() }
    }

    fn keep(
        &self,
        generation: i32,
        holder: &Holder,
        position: i64,
        until: DateTime<Utc>,
        token: Option<&CachedToken>,
    ) {
        let Some(rest) = super::rest(until, self.clock.now()) else { return };
        let slot = Slot { position, token: token.cloned(), rest };
        let is_older = |kept: Entry<Holder, Slot>| kept.value().position < position;
        self.generation(generation).entry(holder.clone()).and_compute_with(|kept| {
            if kept.is_none_or(is_older) { Op::Put(slot) } else { Op::Nop }
        });
    }

    fn generation(&self, generation: i32) -> Cache<Holder, Slot> {
        let mut generations = self.generations.write();
        let new = || {
            Cache::builder()
                .max_capacity(self.entry_count_max)
                // The default policy may reject a new entry to keep an old one.
                .eviction_policy(EvictionPolicy::lru())
                .expire_after(Rest)
                .build()
        };
        generations.held.entry(generation).or_insert_with(new).clone()
    }
}

#[async_trait]
impl LinkTokenCache for MemoryLinkTokenCache {
    async fn put(
        &self,
        generation: i32,
        holder: &Holder,
        token: &CachedToken,
    ) -> Result<(), CacheError> {
        self.keep(generation, holder, token.position, token.expires_at, Some(token));
        Ok(())
    }

    async fn get(&self, holder: &Holder) -> Result<Option<CachedToken>, CacheError> {
        let kept = {
            let generations = self.generations.read();
            generations.live.and_then(|live| generations.held.get(&live)?.get(holder))
        };
        let now = self.clock.now();
        Ok(kept.and_then(|slot| slot.token).filter(|token| token.expires_at > now))
    }

    async fn forget(
        &self,
        generation: i32,
        holder: &Holder,
        position: i64,
        until: DateTime<Utc>,
    ) -> Result<(), CacheError> {
        self.keep(generation, holder, position, until, None);
        Ok(())
    }

    async fn live(&self) -> Result<Option<i32>, CacheError> {
        Ok(self.generations.read().live)
    }

    async fn promote(&self, generation: i32) -> Result<(), CacheError> {
        self.generations.write().live = Some(generation);
        Ok(())
    }

    async fn clear_generation(&self, generation: i32) -> Result<(), CacheError> {
        let mut generations = self.generations.write();
        generations.held.remove(&generation);
        generations.live = generations.live.filter(|live| *live != generation);
        Ok(())
    }

    fn outlives_the_process(&self) -> bool {
        false
    }

    async fn ping(&self) -> Result<(), CacheError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use hip_domain::id::{FacilityId, Pseudonym};
    use hip_domain::stream::StreamId;

    use super::*;
    use crate::ambient::clock::SystemClock;

    #[tokio::test]
    async fn the_bound_holds_and_the_newest_stay() {
        let cache = MemoryLinkTokenCache::new(10, Arc::new(SystemClock));
        let holder = |number: i64| Holder {
            facility: FacilityId::parse("IN1").unwrap(),
            patient: Pseudonym::parse(format!("{number:064x}")).unwrap(),
        };
        cache.promote(1).await.unwrap();
        for number in 1..=200 {
            let token = CachedToken {
                stream: StreamId::stored("link-token-x"),
                position: number,
                expires_at: SystemClock.now() + TimeDelta::hours(1),
            };
            cache.put(1, &holder(number), &token).await.unwrap();
        }
        cache.generation(1).run_pending_tasks();
        assert_eq!(cache.generation(1).entry_count(), 10);
        assert!(cache.get(&holder(200)).await.unwrap().is_some());
        assert!(cache.get(&holder(1)).await.unwrap().is_none());
    }
}
