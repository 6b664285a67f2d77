//! What is held of a data principal, and how it is let go of.

use std::error::Error;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_domain::id::{FacilityId, Pseudonym, SubjectId};
use hip_domain::subject::Purged;
use thiserror::Error;

/// Destroys keys, and empties what no reader of the log empties. Each step may be taken again after a
/// crash: what is gone is gone.
#[async_trait]
pub trait Eraser: Send + Sync {
    /// What there is of a person, by count. Nothing is opened.
    async fn count_records(&self, whose: &SubjectKeys) -> Result<RecordCounts, EraserError>;

    /// Messages of a facility that are not known to be about anybody, from the next stretch of the log
    /// after a position; nothing, when there is no message after it.
    async fn unattributed_messages(
        &self,
        facility: &FacilityId,
        after: i64,
    ) -> Result<Option<UnattributedMessages>, EraserError>;

    /// Writes down, outside the database, that these keys go, then destroys them: the person's own and
    /// every key that is tied to it, also through others. How many they are.
    ///
    /// Every process forgets them at once, or, when it is not reached, within a minute.
    async fn destroy_keys(&self, whose: &SubjectKeys) -> Result<u64, EraserError>;

    /// Removes what the tables beside the log say of a person: visits to be fetched and how they were
    /// announced, tasks that wait, read models that were replaced.
    async fn clear(&self, whose: &SubjectKeys) -> Result<Purged, EraserError>;

    /// Whether every reader of the log has let go of a person, given where the log says that they are
    /// erased. When all have, what they leave behind in the document store goes, too.
    async fn is_purged(&self, subject: SubjectId, position: i64) -> Result<bool, EraserError>;
}

/// Whose traces are meant, by all that they can be known by without a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectKeys {
    /// Who.
    pub subject: SubjectId,
    /// Where they are treated.
    pub facility: FacilityId,
    /// Pseudonyms of the ABHA addresses that they have had there.
    pub addresses: Vec<Pseudonym>,
}

/// Messages that are not known to be about anybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnattributedMessages {
    /// Where they are in the log.
    pub positions: Vec<i64>,
    /// Where the stretch ends in which they were looked for.
    pub up_to: i64,
}

/// What there is of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordCounts {
    /// Keys: theirs, and of messages about them.
    pub keys: u64,
    /// Visits.
    pub visits: u64,
    /// Care contexts.
    pub care_contexts: u64,
    /// Consents.
    pub consents: u64,
    /// Discoveries in which they were recognised.
    pub discoveries: u64,
    /// Links that they have begun.
    pub user_links: u64,
    /// When they were here last.
    pub visited_at: Option<DateTime<Utc>>,
    /// Until when the consent that lasts longest is given.
    pub consented_until: Option<DateTime<Utc>>,
    /// When a document of theirs was last taken by an HIU.
    pub disclosed_at: Option<DateTime<Utc>>,
}

/// Why a step was not taken. It may be tried again.
#[derive(Debug, Error)]
pub enum EraserError {
    /// The file outside the database cannot be written: no key goes before it is written down.
    #[error("the journal of erasures cannot be written")]
    Journal(#[source] Box<dyn Error + Send + Sync>),
    /// A store cannot be reached.
    #[error("what is to be erased cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}
