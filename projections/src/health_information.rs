//! The pages of transfers, as they were sent.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use hip_domain::transfer::{PageSeal, TransferEvent};

/// A change of one page.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthInformationChange {
    /// Of which transfer.
    pub transfer: StreamId,
    /// Which, from 0.
    pub page: u32,
    /// When.
    pub at: DateTime<Utc>,
    /// How.
    pub what: HealthInformationUpdate,
}

/// How a page changes.
#[derive(Debug, Clone, PartialEq)]
pub enum HealthInformationUpdate {
    /// It was encrypted; the request body lies sealed at this position.
    Encrypted(PageSeal, i64),
    /// The HIU took it, with this status.
    Pushed(u16),
    /// It could not be had, for this reason.
    Skipped(String),
}

/// What an event changes.
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
