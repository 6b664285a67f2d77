//! A transfer: one health information request, from asked to told how it ended.
//!
//! ```text
//! (nothing) ── Request ──► Accepted ── Prepare ──► page 0 ── Encrypt ──► ready ── Push ──► page 1 …
//!                  └─────► Refused                   └──────── Stop ─────────┴────► Completed
//! ```
//! One page at a time: a revocation then stops the very next one. A page's ciphertext is in the log
//! before it leaves, so that a page that is sent again is the same bytes; it is never encrypted
//! twice under one key.

pub mod command;
pub mod event;

pub use command::TransferCommand;
pub use event::{
    DeliveryStatus, HiuKey, MissingPage, PageSeal, PlannedPage, Recipient, Stop, TransferEvent,
    TransferFacts,
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::RequestId;
use crate::sealed::Sealed;

/// How far one transfer has come.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Transfer {
    /// Never heard of.
    #[default]
    Absent,
    /// Refused; nothing will leave.
    Refused {
        /// What was asked.
        facts: TransferFacts,
    },
    /// Accepted; not prepared yet.
    Accepted {
        /// What was asked.
        facts: TransferFacts,
    },
    /// Pages are leaving.
    Sending {
        /// What was asked.
        facts: TransferFacts,
        /// What will leave.
        pages: Vec<PlannedPage>,
        /// What was wanted and cannot leave.
        missing: Vec<MissingPage>,
        /// The first page that is not delivered.
        next: u32,
        /// Whether that page's ciphertext is in the log.
        encrypted: bool,
    },
    /// Over.
    Completed {
        /// What was asked.
        facts: TransferFacts,
        /// What became of each care context.
        statuses: Vec<DeliveryStatus>,
    },
}

/// Why a wish about a transfer was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TransferError {
    /// There is no such transfer.
    #[error("no such transfer")]
    Absent,
}

impl Transfer {
    /// What was asked, when something was.
    pub const fn facts(&self) -> Option<&TransferFacts> {
        match self {
            Self::Absent => None,
            Self::Refused { facts }
            | Self::Accepted { facts }
            | Self::Sending { facts, .. }
            | Self::Completed { facts, .. } => Some(facts),
        }
    }

    /// The request that started it.
    pub const fn request_id(&self) -> Option<RequestId> {
        match self.facts() {
            Some(facts) => Some(facts.request_id),
            None => None,
        }
    }

    /// What follows from `command`.
    pub fn decide(&self, command: TransferCommand) -> Result<Vec<TransferEvent>, TransferError> {
        match (self, command) {
            (Self::Absent, TransferCommand::Request { facts, recipient, verdict }) => {
                let requested = TransferEvent::Requested {
                    facts: facts.clone(),
                    recipient: recipient.map_or(Sealed::Closed, Sealed::Open),
                };
                let request_id = facts.request_id;
                let transaction = facts.transaction;
                let verdict = match verdict {
                    Ok(()) => TransferEvent::Accepted { transaction, request_id },
                    Err(code) => TransferEvent::Refused { transaction, request_id, code },
                };
                Ok(vec![requested, verdict])
            }
            (Self::Absent, _) => Err(TransferError::Absent),
            (Self::Accepted { facts }, TransferCommand::Prepare { pages, missing }) => {
                Ok(prepare(facts, pages, missing))
            }
            (
                Self::Sending { next, encrypted: false, .. },
                TransferCommand::Encrypt { page, seal, body },
            ) if page == *next => {
                Ok(vec![TransferEvent::PageEncrypted { page, seal, body: Sealed::Open(body) }])
            }
            (
                Self::Sending { facts, pages, missing, next, encrypted: true },
                TransferCommand::MarkPushed { page, status },
            ) if page == *next => {
                let mut events = vec![TransferEvent::PagePushed { page, status }];
                if usize::try_from(page + 1).is_ok_and(|done| done == pages.len()) {
                    events.push(complete(facts, pages, missing, page + 1, None));
                }
                Ok(events)
            }
            (
                Self::Sending { facts, pages, missing, next, .. },
                TransferCommand::Stop { page, stop },
            ) if page == *next => Ok(vec![
                TransferEvent::Stopped { page, stop: stop.clone() },
                complete(facts, pages, missing, *next, Some(&stop)),
            ]),
            // Asked again, or told again after a crash: what is so stays so.
            (
                Self::Refused { .. }
                | Self::Accepted { .. }
                | Self::Sending { .. }
                | Self::Completed { .. },
                _,
            ) => Ok(vec![]),
        }
    }

    fn evolve(&mut self, event: TransferEvent) {
        let before = std::mem::take(self);
        *self = match (before, event) {
            (Self::Absent, TransferEvent::Requested { facts, .. }) => Self::Accepted { facts },
            (Self::Accepted { facts }, TransferEvent::Refused { .. }) => Self::Refused { facts },
            (Self::Accepted { facts }, TransferEvent::BundlePrepared { pages, missing }) => {
                Self::Sending { facts, pages, missing, next: 0, encrypted: false }
            }
            (
                Self::Sending { facts, pages, missing, next, .. },
                TransferEvent::PageEncrypted { .. },
            ) => Self::Sending { facts, pages, missing, next, encrypted: true },
            (
                Self::Sending { facts, pages, missing, .. },
                TransferEvent::PagePushed { page, .. },
            ) => Self::Sending { facts, pages, missing, next: page + 1, encrypted: false },
            (
                Self::Accepted { facts } | Self::Sending { facts, .. },
                TransferEvent::Completed { statuses, .. },
            ) => Self::Completed { facts, statuses },
            (before, _) => before,
        };
    }
}

/// With nothing to send the transfer is over at once: everything that was wanted is missing.
fn prepare(
    facts: &TransferFacts,
    pages: Vec<PlannedPage>,
    missing: Vec<MissingPage>,
) -> Vec<TransferEvent> {
    if pages.is_empty() {
        let completed = complete(facts, &[], &missing, 0, None);
        return vec![TransferEvent::BundlePrepared { pages, missing }, completed];
    }
    vec![TransferEvent::BundlePrepared { pages, missing }]
}

/// One status for each care context: delivered when all of its pages were.
fn complete(
    facts: &TransferFacts,
    pages: &[PlannedPage],
    missing: &[MissingPage],
    delivered: u32,
    stop: Option<&Stop>,
) -> TransferEvent {
    let mut statuses: Vec<DeliveryStatus> = Vec::new();
    for (n, page) in (0..).zip(pages) {
        let reason = (n >= delivered).then(|| stop.map_or("not sent", Stop::as_words).to_owned());
        match statuses.iter_mut().find(|status| status.care_context == page.care_context) {
            Some(status) => status.error = status.error.take().or(reason),
            None => statuses
                .push(DeliveryStatus { care_context: page.care_context.clone(), error: reason }),
        }
    }
    for absent in missing {
        if !statuses.iter().any(|status| status.care_context == absent.care_context) {
            statuses.push(DeliveryStatus {
                care_context: absent.care_context.clone(),
                error: Some(absent.reason.clone()),
            });
        }
    }
    let transferred = delivered > 0;
    TransferEvent::Completed { transaction: facts.transaction.clone(), transferred, statuses }
}

aggregate!(Transfer, "transfer", TransferCommand, TransferEvent, TransferError);

#[cfg(test)]
mod tests;
