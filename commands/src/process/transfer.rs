//! A transfer: answer first, then page after page, then say how it ended.

use hip_domain::event::Event;
use hip_domain::id::TransactionId;
use hip_domain::outbound::{Call, OutboundEvent};
use hip_domain::recorded::Recorded;
use hip_domain::transfer::{Stop, TransferEvent};

use super::request_id;
use crate::task::Task;

pub(super) fn of_transfer(recorded: &Recorded<Event>, event: &TransferEvent) -> Vec<Task> {
    let call = |call| vec![Task::Call { request_id: request_id(recorded, 0), call }];
    match event {
        TransferEvent::Accepted { transaction, request_id } => call(Call::OnRequest {
            transaction: transaction.clone(),
            error: None,
            in_reply_to: *request_id,
        }),
        TransferEvent::Refused { transaction, request_id, code } => call(Call::OnRequest {
            transaction: transaction.clone(),
            error: Some(code.clone()),
            in_reply_to: *request_id,
        }),
        TransferEvent::BundlePrepared { pages, .. } if !pages.is_empty() => encrypt(recorded, 0),
        TransferEvent::PageEncrypted { page, .. } => match transaction(recorded) {
            Some(transaction) => call(Call::PushPage { transaction, page: *page }),
            None => vec![],
        },
        TransferEvent::PagePushed { page, .. } => encrypt(recorded, page + 1),
        TransferEvent::Completed { transaction, .. } => {
            call(Call::NotifyTransfer { transaction: transaction.clone() })
        }
        TransferEvent::Requested { .. }
        | TransferEvent::BundlePrepared { .. }
        | TransferEvent::Stopped { .. } => vec![],
    }
}

/// The gateway's yes to our answer starts the transfer; an HIU's yes or no moves it on.
pub(super) fn of_outbound(event: &OutboundEvent) -> Vec<Task> {
    match event {
        OutboundEvent::Accepted {
            call: Call::OnRequest { transaction, error: None, .. }, ..
        } => vec![Task::PrepareTransfer { transaction: transaction.clone() }],
        OutboundEvent::Accepted { call: Call::PushPage { transaction, page }, status } => {
            vec![Task::MarkPushed {
                transaction: transaction.clone(),
                page: *page,
                status: *status,
            }]
        }
        OutboundEvent::Abandoned { call: Call::PushPage { transaction, page }, status, .. } => {
            vec![Task::StopTransfer {
                transaction: transaction.clone(),
                page: *page,
                stop: Stop::Push { status: *status },
            }]
        }
        OutboundEvent::Planned { .. }
        | OutboundEvent::Attempted { .. }
        | OutboundEvent::Accepted { .. }
        | OutboundEvent::Failed { .. }
        | OutboundEvent::Abandoned { .. } => vec![],
    }
}

/// Asked for also after the last page: there, it finds nothing to do.
fn encrypt(recorded: &Recorded<Event>, page: u32) -> Vec<Task> {
    match transaction(recorded) {
        Some(transaction) => vec![Task::EncryptPage { transaction, page }],
        None => vec![],
    }
}

fn transaction(recorded: &Recorded<Event>) -> Option<TransactionId> {
    TransactionId::parse(recorded.stream.as_str().strip_prefix("transfer-")?).ok()
}
