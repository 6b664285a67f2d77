//! Caches for link tokens.

mod memory;
mod redis;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use hip_commands::port::link_token_cache::CacheError;
use hip_commands::port::{Clock, LinkTokenCache};
use secrecy::SecretString;

use crate::config::LinkTokensSection;

pub use memory::MemoryLinkTokenCache;
pub use redis::RedisLinkTokenCache;

/// Returns the configured cache: Redis at `REDIS_URL`, else process memory. Does not connect yet.
pub fn from_config(
    section: &LinkTokensSection,
    redis_url: Option<&SecretString>,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn LinkTokenCache>, CacheError> {
    if let Some(url) = redis_url {
        return Ok(Arc::new(RedisLinkTokenCache::new(url, &section.key_prefix, clock)?));
    }
    tracing::info!("link tokens are kept in this process's memory, not shared: set REDIS_URL to");
    Ok(Arc::new(MemoryLinkTokenCache::new(section.entries_max, clock)))
}

/// Time left until `until`; `None` if it has passed.
fn rest(until: DateTime<Utc>, now: DateTime<Utc>) -> Option<Duration> {
    (until - now).to_std().ok().filter(|rest| !rest.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::clock::SystemClock;

    #[tokio::test]
    async fn a_redis_pattern_is_no_prefix() {
        let made = |prefix: &str, url: &str| {
            let section =
                LinkTokensSection { key_prefix: prefix.to_owned(), ..LinkTokensSection::default() };
            let url = SecretString::from(url);
            from_config(&section, Some(&url), Arc::new(SystemClock)).map(|_| ())
        };
        assert!(made("hip:", "redis://:made-up@127.0.0.1:1").is_ok(), "nothing is connected to");
        assert!(made("hip:", "rediss://127.0.0.1:1/1").is_ok());
        for prefix in ["*", "a?", "[a]", "\\"] {
            assert!(!made(prefix, "redis://127.0.0.1:1").unwrap_err().is_transient(), "{prefix}");
        }
        let refused = made("hip:", "made-up://made-up").unwrap_err();
        assert!(!refused.is_transient() && !format!("{refused:?}").contains("made-up"));
        let section = LinkTokensSection::default();
        assert!(from_config(&section, None, Arc::new(SystemClock)).is_ok());
    }
}
