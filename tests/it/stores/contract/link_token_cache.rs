//! The link token cache, in memory and in Redis.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use hip_commands::port::link_token_cache::{CachedToken, Holder};
use hip_commands::port::{Clock, LinkTokenCache};
use hip_domain::id::{FacilityId, Pseudonym};
use hip_domain::stream::StreamId;
use hip_infra::cache::link_token_cache::{MemoryLinkTokenCache, RedisLinkTokenCache};
use hip_tests::process::free_port;
use hip_tests::servers::{redis_url, unique_name};
use parking_lot::Mutex;
use secrecy::SecretString;

use super::cases;

/// A cache, and the clock that it goes by.
struct Opened {
    cache: Arc<dyn LinkTokenCache>,
    clock: Arc<SetClock>,
}

/// A clock that stands until it is set.
struct SetClock(Mutex<DateTime<Utc>>);

impl SetClock {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-09-14T10:15:00.123456Z".parse().unwrap())))
    }

    fn advance(&self, by: TimeDelta) {
        *self.0.lock() += by;
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock()
    }
}

async fn in_memory() -> Option<Opened> {
    let clock = SetClock::new();
    let cache = MemoryLinkTokenCache::new(10_000, Arc::<SetClock>::clone(&clock));
    Some(Opened { cache: Arc::new(cache), clock })
}

async fn in_redis() -> Option<Opened> {
    let clock = SetClock::new();
    let prefix = format!("{}:", unique_name());
    let cache = redis_cache(&redis_url()?, &prefix, &clock);
    Some(Opened { cache: Arc::new(cache), clock })
}

fn redis_cache(url: &str, prefix: &str, clock: &Arc<SetClock>) -> RedisLinkTokenCache {
    let url = SecretString::from(url);
    RedisLinkTokenCache::new(&url, prefix, Arc::<SetClock>::clone(clock)).unwrap()
}

impl Opened {
    /// One whose first generation is read.
    async fn live(self) -> Self {
        self.cache.promote(1).await.unwrap();
        self
    }

    fn token(&self, position: i64, rest: TimeDelta) -> CachedToken {
        CachedToken {
            stream: StreamId::stored("link-token-in0610099001-x"),
            position,
            expires_at: self.clock.now() + rest,
        }
    }

    async fn position(&self, holder: &Holder) -> Option<i64> {
        self.cache.get(holder).await.unwrap().map(|token| token.position)
    }
}

fn holder(facility: &str, number: u32) -> Holder {
    Holder {
        facility: FacilityId::parse(facility).unwrap(),
        patient: Pseudonym::parse(format!("{number:064x}")).unwrap(),
    }
}

const HOUR: TimeDelta = TimeDelta::hours(1);

async fn a_token_comes_back_as_it_was_put(opened: Opened) {
    let opened = opened.live().await;
    let (holder, token) = (holder("IN1", 1), opened.token(7, HOUR));
    assert_eq!(opened.cache.get(&holder).await.unwrap(), None);
    opened.cache.put(1, &holder, &token).await.unwrap();
    assert_eq!(opened.cache.get(&holder).await.unwrap(), Some(token));
    opened.cache.ping().await.unwrap();
}

async fn only_a_later_position_replaces(opened: Opened) {
    let opened = opened.live().await;
    let holder = holder("IN1", 1);
    let first = opened.token(7, HOUR);
    opened.cache.put(1, &holder, &first).await.unwrap();
    for position in [6, 7] {
        let late = CachedToken { stream: StreamId::stored("late"), ..opened.token(position, HOUR) };
        opened.cache.put(1, &holder, &late).await.unwrap();
        assert_eq!(opened.cache.get(&holder).await.unwrap().as_ref(), Some(&first));
    }
    let next = opened.token(8, HOUR * 2);
    opened.cache.put(1, &holder, &next).await.unwrap();
    assert_eq!(opened.cache.get(&holder).await.unwrap(), Some(next));
}

async fn an_address_has_a_token_at_each_facility(opened: Opened) {
    let opened = opened.live().await;
    let (one, other) = (holder("IN1", 1), holder("IN2", 1));
    opened.cache.put(1, &one, &opened.token(7, HOUR)).await.unwrap();
    opened.cache.put(1, &other, &opened.token(5, HOUR)).await.unwrap();
    assert_eq!(opened.position(&one).await, Some(7));
    assert_eq!(opened.position(&other).await, Some(5));
}

async fn an_expired_token_is_neither_kept_nor_given(opened: Opened) {
    let opened = opened.live().await;
    let holder = holder("IN1", 1);
    opened.cache.put(1, &holder, &opened.token(7, -HOUR)).await.unwrap();
    opened.cache.put(1, &holder, &opened.token(8, TimeDelta::zero())).await.unwrap();
    opened.cache.put(1, &holder, &opened.token(3, HOUR)).await.unwrap();
    assert_eq!(opened.position(&holder).await, Some(3), "what is over is not stored");
    // The store still has it: it does not go by our clock.
    opened.clock.advance(HOUR);
    assert_eq!(opened.position(&holder).await, None);
}

async fn an_expired_token_is_removed(opened: Opened) {
    let opened = opened.live().await;
    let holder = holder("IN1", 1);
    opened.cache.put(1, &holder, &opened.token(7, TimeDelta::milliseconds(50))).await.unwrap();
    let begun_at = Instant::now();
    // Our clock stands, so it is the store that has to forget.
    while opened.position(&holder).await.is_some() {
        assert!(begun_at.elapsed() < hip_tests::world::PATIENCE, "the token is still there");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn a_forgotten_token_is_not_stored_again(opened: Opened) {
    let opened = opened.live().await;
    let holder = holder("IN1", 1);
    let until = opened.clock.now() + HOUR;
    opened.cache.put(1, &holder, &opened.token(7, HOUR)).await.unwrap();
    opened.cache.forget(1, &holder, 6, until).await.unwrap();
    assert_eq!(opened.position(&holder).await, Some(7), "it was put after that");
    opened.cache.forget(1, &holder, 9, until).await.unwrap();
    for position in [7, 9] {
        opened.cache.put(1, &holder, &opened.token(position, HOUR)).await.unwrap();
        assert_eq!(opened.position(&holder).await, None);
    }
    opened.cache.put(1, &holder, &opened.token(10, HOUR)).await.unwrap();
    assert_eq!(opened.position(&holder).await, Some(10));
}

async fn one_generation_is_read_while_the_next_is_filled(opened: Opened) {
    let (cache, holder) = (&opened.cache, holder("IN1", 1));
    cache.put(1, &holder, &opened.token(7, HOUR)).await.unwrap();
    assert_eq!((cache.live().await.unwrap(), opened.position(&holder).await), (None, None));
    cache.promote(1).await.unwrap();
    cache.put(2, &holder, &opened.token(5, HOUR)).await.unwrap();
    assert_eq!(opened.position(&holder).await, Some(7));
    cache.promote(2).await.unwrap();
    cache.clear_generation(1).await.unwrap();
    assert_eq!((cache.live().await.unwrap(), opened.position(&holder).await), (Some(2), Some(5)));
    cache.clear_generation(2).await.unwrap();
    assert_eq!((cache.live().await.unwrap(), opened.position(&holder).await), (None, None));
}

async fn a_generation_is_emptied_whole(opened: Opened) {
    let opened = opened.live().await;
    let token = opened.token(7, HOUR);
    for number in 0..1200 {
        opened.cache.put(1, &holder("IN1", number), &token).await.unwrap();
        opened.cache.put(11, &holder("IN1", number), &token).await.unwrap();
    }
    opened.cache.clear_generation(1).await.unwrap();
    opened.cache.promote(1).await.unwrap();
    for number in 0..1200 {
        assert_eq!(opened.position(&holder("IN1", number)).await, None);
    }
    opened.cache.promote(11).await.unwrap();
    assert_eq!(opened.position(&holder("IN1", 1199)).await, Some(7), "another one begins alike");
}

async fn the_latest_of_concurrent_writes_wins(opened: Opened) {
    let opened = Arc::new(opened.live().await);
    let writers: Vec<_> = (0..8_i64)
        .map(|writer| {
            let opened = Arc::clone(&opened);
            tokio::spawn(async move {
                for round in 1..=25 {
                    // Each position once, and in no order.
                    let position = (round * 8 + writer) * 7919 % 200 + 1;
                    let token = opened.token(position, HOUR);
                    opened.cache.put(1, &holder("IN1", 1), &token).await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(opened.position(&holder("IN1", 1)).await, Some(200));
}

macro_rules! suite {
    ($adapter:ident, $open:ident) => {
        cases!($adapter, $open:
            a_token_comes_back_as_it_was_put
            only_a_later_position_replaces
            an_address_has_a_token_at_each_facility
            an_expired_token_is_neither_kept_nor_given
            an_expired_token_is_removed
            a_forgotten_token_is_not_stored_again
            one_generation_is_read_while_the_next_is_filled
            a_generation_is_emptied_whole
            the_latest_of_concurrent_writes_wins
        );
    };
}
suite!(memory, in_memory);
suite!(redis, in_redis);

#[tokio::test]
async fn two_prefixes_in_one_redis_are_two_caches() {
    let Some(url) = redis_url() else { return };
    let clock = SetClock::new();
    let name = unique_name();
    let [one, other] = ["a:", "b:"].map(|end| redis_cache(&url, &format!("{name}:{end}"), &clock));
    let opened = Opened { cache: Arc::new(one), clock }.live().await;
    opened.cache.put(1, &holder("IN1", 1), &opened.token(7, HOUR)).await.unwrap();
    assert_eq!(other.live().await.unwrap(), None);
    other.promote(1).await.unwrap();
    assert_eq!(other.get(&holder("IN1", 1)).await.unwrap(), None);
}

#[tokio::test]
async fn a_redis_that_is_away_is_a_passing_trouble() {
    let url = format!("redis://127.0.0.1:{}", free_port());
    let cache = redis_cache(&url, "t:", &SetClock::new());
    let error = cache.get(&holder("IN1", 1)).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn a_redis_that_does_not_let_us_in_is_no_passing_trouble() {
    let Some(url) = redis_url() else { return };
    let url = url.replace("redis://", "redis://nobody:wrong@");
    let cache = redis_cache(&url, "t:", &SetClock::new());
    let error = cache.ping().await.unwrap_err();
    assert!(!error.is_transient(), "{error:?}");
    assert!(!format!("{error:?}").contains("wrong@"));
}
