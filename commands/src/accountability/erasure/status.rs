//! The state of an erasure, read from the log alone.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::id::{FacilityId, SubjectId};
use hip_domain::reason::Reason;
use hip_domain::stream::StreamId;
use hip_domain::subject::{Destroyed, Ground, Purged, RequestedBy, SubjectEvent};

use crate::log::codec;
use crate::ports::Ports;
use crate::tasks::TaskError;

/// The state of an erasure. It does not identify the patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureStatus {
    /// Id of the facility.
    pub facility: FacilityId,
    /// Who requested the erasure.
    pub by: RequestedBy,
    /// The reason given for the request.
    pub reason: Reason,
    /// When the decision was recorded.
    pub decided_at: DateTime<Utc>,
    /// The retention rule that forbade it, if it was refused.
    pub ground: Option<Ground>,
    /// When the keys were destroyed, and what was destroyed.
    pub erased: Option<(DateTime<Utc>, Destroyed)>,
    /// When the removal from all stores finished, and what was removed.
    pub purged: Option<(DateTime<Utc>, Purged)>,
}

impl ErasureStatus {
    /// The state as one word: `requested`, `refused`, `erased` or `purged`.
    pub const fn state(&self) -> &'static str {
        match (&self.ground, &self.erased, &self.purged) {
            (_, _, Some(_)) => "purged",
            (_, Some(_), None) => "erased",
            (Some(_), None, None) => "refused",
            (None, None, None) => "requested",
        }
    }
}

/// The newest decision about a patient; `None` if no erasure was requested.
///
/// # Errors
///
/// The log cannot be read.
pub async fn status(ports: &Ports, subject: SubjectId) -> Result<Option<ErasureStatus>, TaskError> {
    let mut told: Option<ErasureStatus> = None;
    for stored in ports.log.stream(&StreamId::subject(subject), 0).await? {
        let recorded = codec::decode(&stored)?;
        let Event::Subject(event) = recorded.event else { continue };
        let at = recorded.recorded_at;
        match event {
            SubjectEvent::ErasureRequested { facility, by, reason } => {
                told = Some(decided(facility, by, reason, at, None));
            }
            SubjectEvent::ErasureRefused { facility, by, reason, ground } => {
                told = Some(decided(facility, by, reason, at, Some(ground)));
            }
            SubjectEvent::Erased { destroyed, .. } => {
                told = told.map(|told| ErasureStatus { erased: Some((at, destroyed)), ..told });
            }
            SubjectEvent::KeysDestroyedAgain { .. } => {}
            SubjectEvent::Purged { purged, .. } => {
                told = told.map(|told| ErasureStatus { purged: Some((at, purged)), ..told });
            }
        }
    }
    Ok(told)
}

const fn decided(
    facility: FacilityId,
    by: RequestedBy,
    reason: Reason,
    decided_at: DateTime<Utc>,
    ground: Option<Ground>,
) -> ErasureStatus {
    ErasureStatus { facility, by, reason, decided_at, ground, erased: None, purged: None }
}
