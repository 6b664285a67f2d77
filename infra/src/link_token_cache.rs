//! Where link tokens are kept at hand.

mod memory;
mod redis;

use std::time::Duration;

use chrono::{DateTime, Utc};

pub use memory::MemoryLinkTokenCache;
pub use redis::RedisLinkTokenCache;

/// How long it is until then; nothing when that is past.
fn rest(until: DateTime<Utc>, now: DateTime<Utc>) -> Option<Duration> {
    (until - now).to_std().ok().filter(|rest| !rest.is_zero())
}
