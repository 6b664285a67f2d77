//! Transfers: the request, the progress, and pages in transit.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, TransactionId};
use hip_domain::outbound::{Call, OutboundEvent};
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use hip_domain::transfer::{TransferEvent, TransferFacts};

/// A change of the read model.
#[derive(Debug, Clone, PartialEq)]
pub enum DataFlowRequestChange {
    /// A change of a transfer.
    Transfer {
        /// Stream of the transfer.
        stream: StreamId,
        /// The change.
        what: DataFlowRequestUpdate,
    },
    /// This call will send a page.
    Page {
        /// Stream of the call.
        call: StreamId,
        /// Id of the transfer.
        transaction: TransactionId,
        /// Page number, from 0.
        page: u32,
    },
    /// A call was attempted or finished. It may be a call that sends no page.
    Call {
        /// Stream of the call.
        call: StreamId,
        /// Its result.
        outcome: DataFlowRequestOutcome,
    },
}

/// The result of sending a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataFlowRequestOutcome {
    /// The result is not known yet.
    OnItsWay,
    /// The HIU accepted the page.
    Delivered,
    /// The attempt failed, or the page was given up.
    NotDelivered,
}

/// A change of a transfer.
#[derive(Debug, Clone, PartialEq)]
pub enum DataFlowRequestUpdate {
    /// It was requested, at this time.
    Requested(TransferFacts, DateTime<Utc>),
    /// It was refused, with this error code.
    Refused(ErrorCode),
    /// The number of pages to send.
    Prepared(usize),
    /// The key format of the HIU.
    Encrypted(String),
    /// It was completed.
    Completed {
        /// Whether any page was delivered.
        transferred: bool,
        /// When the end was recorded.
        at: DateTime<Utc>,
    },
}

/// The change that an event makes; `None` if there is none.
pub fn change(recorded: &Recorded<Event>) -> Option<DataFlowRequestChange> {
    match &recorded.event {
        Event::Transfer(event) => {
            let what = of_transfer(event, recorded.recorded_at)?;
            Some(DataFlowRequestChange::Transfer { stream: recorded.stream.clone(), what })
        }
        Event::Outbound(event) => of_outbound(event, recorded.stream.clone()),
        Event::Inbound(_)
        | Event::Identity(_)
        | Event::Patient(_)
        | Event::Visit(_)
        | Event::CareContext(_)
        | Event::LinkToken(_)
        | Event::Discovery(_)
        | Event::Consent(_)
        | Event::UserLink(_)
        | Event::OtpLimit(_)
        | Event::ProfileShare(_)
        | Event::Access(_)
        | Event::Facility(_)
        | Event::Hiu(_)
        | Event::Subject(_)
        | Event::Replay(_)
        | Event::ReplaySwitch(_) => None,
    }
}

fn of_transfer(event: &TransferEvent, at: DateTime<Utc>) -> Option<DataFlowRequestUpdate> {
    Some(match event {
        TransferEvent::Requested { facts, .. } => {
            DataFlowRequestUpdate::Requested(facts.clone(), at)
        }
        TransferEvent::Refused { code, .. } => DataFlowRequestUpdate::Refused(code.clone()),
        TransferEvent::BundlePrepared { pages, .. } => DataFlowRequestUpdate::Prepared(pages.len()),
        TransferEvent::PageEncrypted { seal, .. } => {
            DataFlowRequestUpdate::Encrypted(seal.dialect.clone())
        }
        TransferEvent::Completed { transferred, .. } => {
            DataFlowRequestUpdate::Completed { transferred: *transferred, at }
        }
        TransferEvent::Accepted { .. }
        | TransferEvent::PagePushed { .. }
        | TransferEvent::PageSkipped { .. }
        | TransferEvent::Repeated { .. }
        | TransferEvent::Stopped { .. } => return None,
    })
}

fn of_outbound(event: &OutboundEvent, call: StreamId) -> Option<DataFlowRequestChange> {
    Some(match event {
        OutboundEvent::Planned { call: Call::PushPage { transaction, page }, .. } => {
            DataFlowRequestChange::Page { call, transaction: transaction.clone(), page: *page }
        }
        OutboundEvent::Attempted { .. } => {
            DataFlowRequestChange::Call { call, outcome: DataFlowRequestOutcome::OnItsWay }
        }
        OutboundEvent::Accepted { .. } => {
            DataFlowRequestChange::Call { call, outcome: DataFlowRequestOutcome::Delivered }
        }
        OutboundEvent::Failed { .. } | OutboundEvent::Abandoned { .. } => {
            DataFlowRequestChange::Call { call, outcome: DataFlowRequestOutcome::NotDelivered }
        }
        OutboundEvent::Planned { .. }
        | OutboundEvent::Answered { .. }
        | OutboundEvent::Resumed { .. }
        | OutboundEvent::Suppressed { .. }
        | OutboundEvent::ReplayRequested { .. } => return None,
    })
}
