//! Cache of link tokens, so that linking a care context need not read the log.

use std::error::Error;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_domain::id::{FacilityId, Pseudonym};
use hip_domain::stream::StreamId;
use thiserror::Error;

/// Caches the newest link token of each ABHA address at each facility.
///
/// Entries may be lost at any time. A missing token is read from the log or requested again, so a missing entry must
/// not be used for decisions.
///
/// Entries belong to a *generation*. While one is read, the next can be filled. No generation is read before it is
/// promoted.
#[async_trait]
pub trait LinkTokenCache: Send + Sync {
    /// Stores a token until it expires. Does nothing if the holder has a token or tombstone with the same or a later
    /// position, or if the token has expired.
    async fn put(
        &self,
        generation: i32,
        holder: &Holder,
        token: &CachedToken,
    ) -> Result<(), CacheError>;

    /// The holder's token in the live generation; never an expired one.
    async fn get(&self, holder: &Holder) -> Result<Option<CachedToken>, CacheError>;

    /// Removes the holder's token from before this position, and rejects late writes from before it until `until`.
    /// `until` is the expiry of the removed token; later writes have expired anyway.
    async fn forget(
        &self,
        generation: i32,
        holder: &Holder,
        position: i64,
        until: DateTime<Utc>,
    ) -> Result<(), CacheError>;

    /// The live generation; `None` if none was promoted or the cache was emptied. Then it must be filled from the
    /// log.
    async fn live(&self) -> Result<Option<i32>, CacheError>;

    /// Switches reads to this generation. The entries of the previous one stay until it is cleared.
    async fn promote(&self, generation: i32) -> Result<(), CacheError>;

    /// Removes all entries of a generation. If it was live, no generation is live afterwards.
    async fn clear_generation(&self, generation: i32) -> Result<(), CacheError>;

    /// Whether entries survive a restart. A cache that starts empty is not filled from the log: reading the whole log
    /// at each start costs more than reading single tokens.
    fn outlives_the_process(&self) -> bool;

    /// Checks that the cache responds.
    async fn ping(&self) -> Result<(), CacheError>;
}

/// The owner of a token. A token is valid at one facility only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Holder {
    /// Id of the facility.
    pub facility: FacilityId,
    /// Pseudonym of the ABHA address.
    pub patient: Pseudonym,
}

impl Holder {
    /// The holder of a link token stream; `None` for other streams.
    pub fn of(stream: &StreamId) -> Option<Self> {
        let (facility, patient) = stream.link_token_holder()?;
        Some(Self { facility, patient })
    }
}

/// Position of a token in the log. The cache does not contain the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedToken {
    /// The stream of the event with the token.
    pub stream: StreamId,
    /// The position of that event.
    pub position: i64,
    /// When the token expires, with microsecond precision.
    pub expires_at: DateTime<Utc>,
}

/// Errors of the cache.
#[derive(Debug, Error)]
pub enum CacheError {
    /// The cache is unreachable or busy. It is unknown whether the change was made; a retry is safe.
    #[error("the link token cache cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The cache rejects the request permanently, for example because of missing permissions.
    #[error("the link token cache refuses")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
    /// The stored data was not written by this service.
    #[error("the link token cache holds something else under one of our keys")]
    NotUnderstood,
}

impl CacheError {
    /// Whether a retry may succeed.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Refused(_) | Self::NotUnderstood => false,
        }
    }
}
