//! Link tokens at hand, so that linking a care context need not read the log for one.

use std::error::Error;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_domain::id::{FacilityId, Pseudonym};
use hip_domain::stream::StreamId;
use thiserror::Error;

/// Keeps the newest link token of each ABHA address at each facility, as the log has it.
///
/// It may lose what it was given, all of it or a part: a token that is missing is read from the log,
/// or asked for again. So nothing is decided on what is *not* here.
///
/// What it holds belongs to a *generation*: while one is read, the next can be filled beside it. None
/// is read before it was promoted.
#[async_trait]
pub trait LinkTokenCache: Send + Sync {
    /// Keeps a token until it expires. Does nothing when the pair has a token or a tombstone at this
    /// position or a later one, or when the token has expired.
    async fn put(
        &self,
        generation: i32,
        holder: &Holder,
        token: &CachedToken,
    ) -> Result<(), CacheError>;

    /// The pair's token in the generation that is read; never one that has expired.
    async fn get(&self, holder: &Holder) -> Result<Option<CachedToken>, CacheError>;

    /// Forgets what the pair has from before this position, and refuses until `until` what comes late
    /// from before it. `until` is the end of the token that is forgotten: what comes after that has
    /// expired anyway.
    async fn forget(
        &self,
        generation: i32,
        holder: &Holder,
        position: i64,
        until: DateTime<Utc>,
    ) -> Result<(), CacheError>;

    /// The generation that is read; nothing when none was promoted, or the cache was emptied: then it
    /// is to be filled from the log.
    async fn live(&self) -> Result<Option<i32>, CacheError>;

    /// Switches reads to this generation. The entries of the previous one stay until it is cleared.
    async fn promote(&self, generation: i32) -> Result<(), CacheError>;

    /// Empties a generation. After the one that is read was cleared, none is read.
    async fn clear_generation(&self, generation: i32) -> Result<(), CacheError>;

    /// Whether what was put is there after a restart. One that always begins empty is not filled from the log:
    /// that would be read from its beginning at every start, for what a look into it gives anyway.
    fn outlives_the_process(&self) -> bool;

    /// Whether the cache answers.
    async fn ping(&self) -> Result<(), CacheError>;
}

/// Whose token, and where. A token for an address is good at one facility only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Holder {
    /// Where.
    pub facility: FacilityId,
    /// Pseudonym of the ABHA address.
    pub patient: Pseudonym,
}

impl Holder {
    /// Whose tokens a stream holds; nothing, when it holds none.
    pub fn of(stream: &StreamId) -> Option<Self> {
        let rest = stream.as_str().strip_prefix("link-token-")?;
        let (facility, patient) = rest.rsplit_once('-')?;
        let facility = FacilityId::parse(facility).ok()?;
        Some(Self { facility, patient: Pseudonym::parse(patient).ok()? })
    }
}

/// Where a token lies in the log. The token itself is nowhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedToken {
    /// The stream of the event that holds it.
    pub stream: StreamId,
    /// The position of that event.
    pub position: i64,
    /// When it is over, to the microsecond.
    pub expires_at: DateTime<Utc>,
}

/// Why the cache did not do what was asked.
#[derive(Debug, Error)]
pub enum CacheError {
    /// It cannot be reached or is busy; whether a change was made is unknown, and to make it again
    /// does no harm.
    #[error("the link token cache cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// It will not do this, now or later: it does not know us, or does not let us.
    #[error("the link token cache refuses")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
    /// What it holds was not written by us.
    #[error("the link token cache holds something else under one of our keys")]
    NotUnderstood,
}

impl CacheError {
    /// Whether trying again may help.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Refused(_) | Self::NotUnderstood => false,
        }
    }
}
