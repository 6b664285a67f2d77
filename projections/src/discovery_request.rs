//! Who looked for their records with us, and what they were told.

use chrono::{DateTime, Utc};
use hip_domain::discovery::{DiscoveryEvent, MatchedBy};
use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, FacilityId, SubjectId, TransactionId};
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;

/// A change of one discovery.
#[derive(Debug, Clone, PartialEq)]
pub struct DiscoveryRequestChange {
    /// Which.
    pub stream: StreamId,
    /// When.
    pub at: DateTime<Utc>,
    /// How.
    pub what: DiscoveryRequestUpdate,
}

/// How a discovery changes.
#[derive(Debug, Clone, PartialEq)]
pub enum DiscoveryRequestUpdate {
    /// A patient asks; who, lies sealed at this position.
    Requested(TransactionId, FacilityId, i64),
    /// One patient was recognised.
    Matched {
        /// Who.
        subject: SubjectId,
        /// By what.
        matched_by: Vec<MatchedBy>,
        /// How many care contexts were offered.
        care_context_count: usize,
    },
    /// Nobody was, or not just one, or there is nothing to offer.
    NotMatched {
        /// What the patient's app was told.
        code: ErrorCode,
        /// How many came into question.
        candidate_count: u32,
    },
}

/// What an event changes.
pub fn change(recorded: &Recorded<Event>) -> Option<DiscoveryRequestChange> {
    let Event::Discovery(event) = &recorded.event else {
        return None;
    };
    let what = match event {
        DiscoveryEvent::Requested { transaction, facility, .. } => {
            DiscoveryRequestUpdate::Requested(
                transaction.clone(),
                facility.clone(),
                recorded.position,
            )
        }
        DiscoveryEvent::PatientMatched { offer, .. } => DiscoveryRequestUpdate::Matched {
            subject: offer.subject,
            matched_by: offer.matched_by.clone(),
            care_context_count: offer.care_contexts.len(),
        },
        DiscoveryEvent::NotMatched { code, candidates, .. } => {
            DiscoveryRequestUpdate::NotMatched { code: code.clone(), candidate_count: *candidates }
        }
        DiscoveryEvent::Repeated { .. } => return None,
    };
    Some(DiscoveryRequestChange { stream: recorded.stream.clone(), at: recorded.recorded_at, what })
}
