//! Events of erasures. Nothing is sealed, because these events remain after the keys are destroyed.

use chrono::{DateTime, Utc};
use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};

use crate::id::{ClientName, FacilityId, Pseudonym};
use crate::reason::Reason;

/// Who requested an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestedBy {
    /// A client of this service.
    Client(ClientName),
    /// The network: the patient deleted their ABHA.
    OptOut,
    /// This service: the database was restored from a backup before the erasure.
    Restored,
}

/// The retention rule that forbids an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// Name of the rule in the configuration.
    pub class: String,
    /// The law, or the purpose.
    pub legal_ground: String,
    /// When the retention period ends, in UTC.
    pub until: DateTime<Utc>,
}

/// Number of keys that were destroyed, and of records that became unreadable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Destroyed {
    /// Keys: the patient's own, and those of messages about them.
    pub keys: u64,
    /// Visits.
    pub visits: u64,
    /// Care contexts.
    pub care_contexts: u64,
    /// Consents. Only the fact that they were granted remains.
    pub consents: u64,
    /// Discoveries that matched the patient.
    pub discoveries: u64,
    /// Links that the patient started.
    pub user_links: u64,
}

/// Number of items that were removed outside the log and its read models.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Purged {
    /// Visits to fetch.
    pub visit_jobs: u64,
    /// Rows with which a record system announced visits.
    pub triggers: u64,
    /// Pending tasks.
    pub tasks: u64,
    /// Rows of replaced read models.
    pub retired_rows: u64,
}

/// An event of an erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, LogEvent)]
pub enum SubjectEvent {
    /// An erasure was requested and is permitted.
    #[serde(rename = "subject.erasure_requested")]
    ErasureRequested {
        /// Id of the facility.
        facility: FacilityId,
        /// Who requested it.
        by: RequestedBy,
        /// The reason given.
        reason: Reason,
    },
    /// An erasure was refused because of a retention rule.
    #[serde(rename = "subject.erasure_refused")]
    ErasureRefused {
        /// Id of the facility.
        facility: FacilityId,
        /// Who requested it.
        by: RequestedBy,
        /// The reason given.
        reason: Reason,
        /// The retention rule.
        ground: Ground,
    },
    /// The keys were destroyed. Every subscriber must delete the patient's data.
    #[serde(rename = "subject.erased")]
    Erased {
        /// Id of the facility.
        facility: FacilityId,
        /// What was destroyed.
        destroyed: Destroyed,
        /// Pseudonyms of the patient's ABHA addresses, for subscribers that find data only by them.
        addresses: Vec<Pseudonym>,
    },
    /// A restored database contained keys of the patient again. They were destroyed again, because the journal lists
    /// the erasure.
    #[serde(rename = "subject.keys_destroyed_again")]
    KeysDestroyedAgain {
        /// Id of the facility.
        facility: FacilityId,
        /// Number of keys: the patient's own, and those of messages about them.
        keys: u64,
    },
    /// All stores have deleted the data.
    #[serde(rename = "subject.purged")]
    Purged {
        /// Id of the facility.
        facility: FacilityId,
        /// What was removed.
        purged: Purged,
    },
}
