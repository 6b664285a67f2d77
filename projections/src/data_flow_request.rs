//! The transfers: what was asked, how far it has come, and which page is on its way.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, TransactionId};
use hip_domain::outbound::{Call, OutboundEvent};
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use hip_domain::transfer::{TransferEvent, TransferFacts};

/// A change.
#[derive(Debug, Clone, PartialEq)]
pub enum DataFlowRequestChange {
    /// Of a transfer.
    Transfer {
        /// Which.
        stream: StreamId,
        /// How.
        what: DataFlowRequestUpdate,
    },
    /// A page will be sent by this call.
    Page {
        /// The call.
        call: StreamId,
        /// Of which transfer.
        transaction: TransactionId,
        /// Which, from 0.
        page: u32,
    },
    /// A call is on its way, or is not any more. It may be one that sends no page.
    Call {
        /// The call.
        call: StreamId,
        /// What is known of it.
        outcome: DataFlowRequestOutcome,
    },
}

/// What is known of a page that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataFlowRequestOutcome {
    /// Nothing yet.
    OnItsWay,
    /// The HIU took it.
    Delivered,
    /// It did not get through, this time or for good.
    NotDelivered,
}

/// How a transfer changes.
#[derive(Debug, Clone, PartialEq)]
pub enum DataFlowRequestUpdate {
    /// It was asked for.
    Requested(TransferFacts, DateTime<Utc>),
    /// It was refused.
    Refused(ErrorCode),
    /// So many pages will be sent.
    Prepared(usize),
    /// The HIU's key speaks this dialect.
    Encrypted(String),
    /// It is over.
    Completed {
        /// Whether anything was delivered.
        transferred: bool,
        /// When.
        at: DateTime<Utc>,
    },
}

/// What an event changes.
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
