//! Erases the data of a patient and counts what exists.

use std::error::Error;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_domain::id::{FacilityId, Pseudonym, SubjectId};
use hip_domain::subject::Purged;
use thiserror::Error;

/// Destroys keys and deletes data that no subscriber deletes. All steps are idempotent and can be retried after a
/// crash.
#[async_trait]
pub trait Eraser: Send + Sync {
    /// Counts the records of a patient. No sealed part is opened.
    async fn count_records(&self, whose: &SubjectKeys) -> Result<RecordCounts, EraserError>;

    /// Messages of a facility that are not matched to a patient, from the next part of the log after a position;
    /// `None` if there is no message after it.
    async fn unattributed_messages(
        &self,
        facility: &FacilityId,
        after: i64,
    ) -> Result<Option<UnattributedMessages>, EraserError>;

    /// Records in the journal outside the database that the keys will be destroyed, then destroys them: the patient's
    /// own key and every key attached to it, directly or indirectly. Returns their number.
    ///
    /// Every process drops its cached keys at once, or within a minute if it is not reached.
    async fn destroy_keys(&self, whose: &SubjectKeys) -> Result<u64, EraserError>;

    /// Deletes the patient's data from tables outside the log: visits to fetch and their announcements, waiting
    /// tasks, replaced read models.
    async fn clear(&self, whose: &SubjectKeys) -> Result<Purged, EraserError>;

    /// Whether every subscriber has deleted the patient's data. `position` is that of the erasure event. When all
    /// have, the rest in the document store is deleted too.
    async fn is_purged(&self, subject: SubjectId, position: i64) -> Result<bool, EraserError>;
}

/// The patient and the pseudonyms by which their data is found without a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectKeys {
    /// The subject id of the patient.
    pub subject: SubjectId,
    /// Id of the facility.
    pub facility: FacilityId,
    /// Pseudonyms of all ABHA addresses that the patient has had at this facility.
    pub addresses: Vec<Pseudonym>,
}

/// Messages that are not matched to a patient.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnattributedMessages {
    /// Their positions in the log.
    pub positions: Vec<i64>,
    /// The last position that was searched.
    pub up_to: i64,
}

/// Number and dates of a patient's records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordCounts {
    /// Keys: the patient's own, and those of messages about them.
    pub keys: u64,
    /// Visits.
    pub visits: u64,
    /// Care contexts.
    pub care_contexts: u64,
    /// Consents.
    pub consents: u64,
    /// Discoveries that matched the patient.
    pub discoveries: u64,
    /// Links that the patient started.
    pub user_links: u64,
    /// When the last visit took place.
    pub visited_at: Option<DateTime<Utc>>,
    /// When the longest consent ends.
    pub consented_until: Option<DateTime<Utc>>,
    /// When an HIU last accepted a document of the patient.
    pub disclosed_at: Option<DateTime<Utc>>,
}

/// Errors of the eraser. All can be retried.
#[derive(Debug, Error)]
pub enum EraserError {
    /// The journal cannot be written. No key is destroyed before it is recorded there.
    #[error("the journal of erasures cannot be written")]
    Journal(#[source] Box<dyn Error + Send + Sync>),
    /// A store is unavailable.
    #[error("the data to erase cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}
