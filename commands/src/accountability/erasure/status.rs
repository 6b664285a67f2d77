//! How an erasure has gone, told from the log alone.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::id::{FacilityId, SubjectId};
use hip_domain::reason::Reason;
use hip_domain::stream::StreamId;
use hip_domain::subject::{Destroyed, Ground, Purged, RequestedBy, SubjectEvent};

use crate::log::codec;
use crate::ports::Ports;
use crate::tasks::TaskError;

/// How an erasure has gone. Nothing in it says who it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureStatus {
    /// Where they were treated.
    pub facility: FacilityId,
    /// Who wanted it.
    pub by: RequestedBy,
    /// Why.
    pub reason: Reason,
    /// When it was decided.
    pub decided_at: DateTime<Utc>,
    /// Why it was refused.
    pub ground: Option<Ground>,
    /// When the keys were destroyed, and what went with them.
    pub erased: Option<(DateTime<Utc>, Destroyed)>,
    /// When nothing was left, and what else was removed.
    pub purged: Option<(DateTime<Utc>, Purged)>,
}

impl ErasureStatus {
    /// In a word.
    pub const fn state(&self) -> &'static str {
        match (&self.ground, &self.erased, &self.purged) {
            (_, _, Some(_)) => "purged",
            (_, Some(_), None) => "erased",
            (Some(_), None, None) => "refused",
            (None, None, None) => "requested",
        }
    }
}

/// Tells of the newest decision about a person; nothing, when nobody asked for one.
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
