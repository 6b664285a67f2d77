//! A transfer: reply to the request, push the pages, then report the result.

use hip_domain::event::Event;
use hip_domain::hiu::HiuEvent;
use hip_domain::outbound::Call;
use hip_domain::recorded::Recorded;
use hip_domain::transfer::TransferEvent;

use super::request_id;
use crate::tasks::{Planned, Task};

pub(super) fn of_transfer(recorded: &Recorded<Event>, event: &TransferEvent) -> Vec<Planned> {
    let call = |call| vec![Task::Call { request_id: request_id(recorded, 0), call }.into()];
    match event {
        TransferEvent::Accepted { transaction, request_id } => call(Call::OnRequest {
            transaction: transaction.clone(),
            error: None,
            in_reply_to: *request_id,
        }),
        TransferEvent::Refused { transaction, request_id, code, .. } => call(Call::OnRequest {
            transaction: transaction.clone(),
            error: Some(code.clone()),
            in_reply_to: *request_id,
        }),
        TransferEvent::Repeated { transaction, request_id, error } => call(Call::OnRequest {
            transaction: transaction.clone(),
            error: error.clone(),
            in_reply_to: *request_id,
        }),
        TransferEvent::BundlePrepared { pages, .. } if !pages.is_empty() => encrypt(recorded, 0),
        TransferEvent::PageEncrypted { page, .. } => match recorded.stream.transaction() {
            Some(transaction) => call(Call::PushPage { transaction, page: *page }),
            None => vec![],
        },
        TransferEvent::PagePushed { page, .. } | TransferEvent::PageSkipped { page, .. } => {
            encrypt(recorded, page + 1)
        }
        TransferEvent::Completed { transaction, .. } => {
            call(Call::NotifyTransfer { transaction: transaction.clone() })
        }
        TransferEvent::Requested { .. }
        | TransferEvent::BundlePrepared { .. }
        | TransferEvent::Stopped { .. } => vec![],
    }
}

/// When a page has come to its end, others may have their turn. After the last page the task does nothing.
fn encrypt(recorded: &Recorded<Event>, page: u32) -> Vec<Planned> {
    match recorded.stream.transaction() {
        Some(transaction) => vec![Task::EncryptPage { transaction, page }.into()],
        None => vec![],
    }
}

/// Resumes pages that wait for an HIU to be trusted.
pub(super) fn of_hiu(event: &HiuEvent) -> Vec<Planned> {
    match event {
        HiuEvent::Trusted { hiu, .. } => vec![Task::ResumePushes { hiu: hiu.clone() }.into()],
        HiuEvent::Distrusted { .. } => vec![],
    }
}
