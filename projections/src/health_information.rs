//! Pages of transfers.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use hip_domain::transfer::{PageSeal, TransferEvent};

/// A change of one page.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthInformationChange {
    /// Stream of the transfer.
    pub transfer: StreamId,
    /// Page number, from 0.
    pub page: u32,
    /// When the event was recorded.
    pub at: DateTime<Utc>,
    /// The change.
    pub what: HealthInformationUpdate,
}

/// A change of a page.
#[derive(Debug, Clone, PartialEq)]
pub enum HealthInformationUpdate {
    /// It was encrypted; the sealed request body is at this position.
    Encrypted(PageSeal, i64),
    /// The HIU accepted it, with this HTTP status.
    Pushed(u16),
    /// It was skipped, for this reason.
    Skipped(String),
}

/// The change that an event makes; `None` if there is none.
pub fn change(recorded: &Recorded<Event>) -> Option<HealthInformationChange> {
    let Event::Transfer(event) = &recorded.event else {
        return None;
    };
    let (page, what) = match event {
        TransferEvent::PageEncrypted { page, seal, .. } => {
            (*page, HealthInformationUpdate::Encrypted(seal.clone(), recorded.position))
        }
        TransferEvent::PagePushed { page, status } => {
            (*page, HealthInformationUpdate::Pushed(*status))
        }
        TransferEvent::PageSkipped { page, reason } => {
            (*page, HealthInformationUpdate::Skipped(reason.clone()))
        }
        TransferEvent::Requested { .. }
        | TransferEvent::Accepted { .. }
        | TransferEvent::Refused { .. }
        | TransferEvent::BundlePrepared { .. }
        | TransferEvent::Repeated { .. }
        | TransferEvent::Stopped { .. }
        | TransferEvent::Completed { .. } => return None,
    };
    Some(HealthInformationChange {
        transfer: recorded.stream.clone(),
        page,
        at: recorded.recorded_at,
        what,
    })
}
