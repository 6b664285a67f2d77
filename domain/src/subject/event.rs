//! What happens to a patient as such: nothing here is sealed, since it outlives the keys.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::aggregate::LogEvent;
use crate::id::{ClientName, FacilityId, Pseudonym};
use crate::reason::Reason;

/// Who wants a person to be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestedBy {
    /// Somebody at the facility, by the name of their key.
    Client(ClientName),
    /// The network: the person has deleted their ABHA.
    OptOut,
    /// We ourselves: the database was restored from before an erasure.
    Restored,
}

/// What binds us to keep what is to be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// The class of records, as the configuration calls it.
    pub class: String,
    /// The law, or the purpose.
    pub legal_ground: String,
    /// From then on it binds no more, in UTC.
    pub until: DateTime<Utc>,
}

/// How much went with the keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Destroyed {
    /// Keys: of the person, and of messages about them.
    pub keys: u64,
    /// Visits.
    pub visits: u64,
    /// Care contexts.
    pub care_contexts: u64,
    /// Consents, of which only that they were given is left.
    pub consents: u64,
    /// Discoveries in which the person was recognised.
    pub discoveries: u64,
    /// Links that the person has begun.
    pub user_links: u64,
}

/// How much was removed beside the log, and beside what follows from it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Purged {
    /// Visits that were to be fetched.
    pub visit_jobs: u64,
    /// Rows by which a record system announced visits.
    pub triggers: u64,
    /// Tasks that were still to be done.
    pub tasks: u64,
    /// Rows of read models that had been replaced.
    pub retired_rows: u64,
}

/// What happens to a patient as such.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SubjectEvent {
    /// They are to be erased, and nothing stands against it.
    #[serde(rename = "subject.erasure_requested")]
    ErasureRequested {
        /// Where they are treated.
        facility: FacilityId,
        /// Who wants it.
        by: RequestedBy,
        /// Why.
        reason: Reason,
    },
    /// They are not erased, because the law wants something kept.
    #[serde(rename = "subject.erasure_refused")]
    ErasureRefused {
        /// Where they are treated.
        facility: FacilityId,
        /// Who wanted it.
        by: RequestedBy,
        /// Why.
        reason: Reason,
        /// What binds us.
        ground: Ground,
    },
    /// Their keys are destroyed. Anyone who keeps anything of them lets it go.
    #[serde(rename = "subject.erased")]
    Erased {
        /// Where they were treated.
        facility: FacilityId,
        /// What went with the keys.
        destroyed: Destroyed,
        /// Pseudonyms of the ABHA addresses that they had, for who knows them by these alone.
        addresses: Vec<Pseudonym>,
    },
    /// A restored database had keys of theirs again. They are destroyed once more, by the journal of
    /// erasures.
    #[serde(rename = "subject.keys_destroyed_again")]
    KeysDestroyedAgain {
        /// Where they were treated.
        facility: FacilityId,
        /// How many keys: theirs, and of messages about them.
        keys: u64,
    },
    /// Every store has let go of them.
    #[serde(rename = "subject.purged")]
    Purged {
        /// Where they were treated.
        facility: FacilityId,
        /// What was removed.
        purged: Purged,
    },
}

impl LogEvent for SubjectEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::ErasureRequested { .. } => "subject.erasure_requested",
            Self::ErasureRefused { .. } => "subject.erasure_refused",
            Self::Erased { .. } => "subject.erased",
            Self::KeysDestroyedAgain { .. } => "subject.keys_destroyed_again",
            Self::Purged { .. } => "subject.purged",
        }
    }
}
