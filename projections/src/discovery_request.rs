//! Discoveries and their results.

use chrono::{DateTime, Utc};
use hip_domain::discovery::{DiscoveryEvent, MatchedBy};
use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, FacilityId, SubjectId, TransactionId};
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;

/// A change of one discovery.
#[derive(Debug, Clone, PartialEq)]
pub struct DiscoveryRequestChange {
    /// Stream of the discovery.
    pub stream: StreamId,
    /// When the event was recorded.
    pub at: DateTime<Utc>,
    /// The change.
    pub what: DiscoveryRequestUpdate,
}

/// A change of a discovery.
#[derive(Debug, Clone, PartialEq)]
pub enum DiscoveryRequestUpdate {
    /// It was requested; the sealed query is at this position.
    Requested(TransactionId, FacilityId, i64),
    /// One patient matched.
    Matched {
        /// The patient.
        subject: SubjectId,
        /// The matching identifiers.
        matched_by: Vec<MatchedBy>,
        /// Number of offered care contexts.
        care_context_count: usize,
    },
    /// No patient or more than one matched, or there is nothing to offer.
    NotMatched {
        /// The error code sent to the patient's app.
        code: ErrorCode,
        /// Number of candidates.
        candidate_count: u32,
    },
}

/// The change that an event makes; `None` if there is none.
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
