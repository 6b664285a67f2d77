//! A transfer: one health information request, from the request to the notification of the result.
//!
//! ```text
//! (nothing) ── Request ──► Accepted ── Prepare ──► page 0 ── Encrypt ──► ready ── Push ──► page 1 …
//!                  └─────► Refused                   └──────── Stop ─────────┴────► Completed
//! ```
//! Pages are sent one at a time, so that a revocation stops the next one. The ciphertext of a page is in the log
//! before it is sent, so that a retry sends the same bytes. A page is never encrypted twice with the same key.

pub mod command;
pub mod event;
mod progress;

pub use command::{Denial, TransferCommand};
pub use event::{
    DeliveryStatus, HiuKey, MissingPage, PageSeal, PlannedPage, Recipient, StopReason,
    TransferEvent, TransferFacts,
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{ErrorCode, RequestId};
use crate::sealed::Sealed;
use progress::{Progress, complete, prepare, then_complete};

/// State of one transfer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Transfer {
    /// Unknown.
    #[default]
    Absent,
    /// Refused; nothing is sent.
    Refused {
        /// The request.
        facts: TransferFacts,
        /// The error code.
        code: ErrorCode,
    },
    /// Accepted, but no pages selected yet.
    Accepted {
        /// The request.
        facts: TransferFacts,
    },
    /// Pages are being sent.
    Sending {
        /// The request.
        facts: TransferFacts,
        /// The pages to send.
        pages: Vec<PlannedPage>,
        /// The care contexts of which nothing can be sent.
        missing: Vec<MissingPage>,
        /// The first page that is not delivered.
        next: u32,
        /// Whether the ciphertext of that page is in the log.
        encrypted: bool,
        /// Pages before `next` that were skipped.
        skipped: Vec<u32>,
    },
    /// Completed.
    Completed {
        /// The request.
        facts: TransferFacts,
        /// The result for each care context.
        statuses: Vec<DeliveryStatus>,
        /// The error code, if it was refused.
        refused: Option<ErrorCode>,
    },
}

/// Errors of transfer commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TransferError {
    /// The transfer does not exist.
    #[error("no such transfer")]
    Absent,
}

impl Transfer {
    /// The request, if there is one.
    pub const fn facts(&self) -> Option<&TransferFacts> {
        match self {
            Self::Absent => None,
            Self::Refused { facts, .. }
            | Self::Accepted { facts }
            | Self::Sending { facts, .. }
            | Self::Completed { facts, .. } => Some(facts),
        }
    }

    /// The error code, if it was refused.
    pub const fn refusal(&self) -> Option<&ErrorCode> {
        match self {
            Self::Refused { code, .. } | Self::Completed { refused: Some(code), .. } => Some(code),
            Self::Absent
            | Self::Accepted { .. }
            | Self::Sending { .. }
            | Self::Completed { refused: None, .. } => None,
        }
    }

    /// The id of the request that started it.
    pub const fn request_id(&self) -> Option<RequestId> {
        match self.facts() {
            Some(facts) => Some(facts.request_id),
            None => None,
        }
    }

    /// Decides on a command and returns the resulting events.
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
                    Err(Denial { code, reason }) => {
                        TransferEvent::Refused { transaction, request_id, code, reason }
                    }
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
                Self::Sending { facts, pages, missing, next, encrypted: true, skipped },
                TransferCommand::MarkPushed { page, status },
            ) if page == *next => {
                let end = Progress { delivered_to: page + 1, skipped, stop: None };
                let pushed = TransferEvent::PagePushed { page, status };
                Ok(then_complete(pushed, facts, pages, missing, &end))
            }
            (
                Self::Sending { facts, pages, missing, next, encrypted: false, skipped },
                TransferCommand::Skip { page, reason },
            ) if page == *next => {
                let mut skipped = skipped.clone();
                skipped.push(page);
                let end = Progress { delivered_to: page + 1, skipped: &skipped, stop: None };
                let skipped = TransferEvent::PageSkipped { page, reason };
                Ok(then_complete(skipped, facts, pages, missing, &end))
            }
            (
                Self::Sending { facts, pages, missing, next, skipped, .. },
                TransferCommand::Stop { page, stop },
            ) if page == *next => {
                let end = Progress { delivered_to: *next, skipped, stop: Some(&stop) };
                let completed = complete(facts, pages, missing, &end);
                Ok(vec![TransferEvent::Stopped { page, stop }, completed])
            }
            (Self::Refused { facts, .. }, TransferCommand::CloseRefused { care_contexts })
                if !care_contexts.is_empty() =>
            {
                let statuses = care_contexts.into_iter().map(|care_context| DeliveryStatus {
                    care_context,
                    error: Some("request refused".to_owned()),
                });
                Ok(vec![TransferEvent::Completed {
                    transaction: facts.transaction.clone(),
                    transferred: false,
                    statuses: statuses.collect(),
                }])
            }
            // The same request again: only the reply is sent again.
            (
                Self::Refused { facts, .. }
                | Self::Accepted { facts }
                | Self::Sending { facts, .. }
                | Self::Completed { facts, .. },
                TransferCommand::Request { facts: again, .. },
            ) if facts.request_id != again.request_id => Ok(vec![TransferEvent::Repeated {
                transaction: facts.transaction.clone(),
                request_id: again.request_id,
                error: self.refusal().cloned(),
            }]),
            // A repeated command: nothing changes.
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
            (Self::Accepted { facts }, TransferEvent::Refused { code, .. }) => {
                Self::Refused { facts, code }
            }
            (Self::Accepted { facts }, TransferEvent::BundlePrepared { pages, missing }) => {
                let skipped = vec![];
                Self::Sending { facts, pages, missing, next: 0, encrypted: false, skipped }
            }
            (
                Self::Sending { facts, pages, missing, next, skipped, .. },
                TransferEvent::PageEncrypted { .. },
            ) => Self::Sending { facts, pages, missing, next, encrypted: true, skipped },
            (
                Self::Sending { facts, pages, missing, skipped, .. },
                TransferEvent::PagePushed { page, .. },
            ) => {
                let next = page + 1;
                Self::Sending { facts, pages, missing, next, encrypted: false, skipped }
            }
            (
                Self::Sending { facts, pages, missing, mut skipped, .. },
                TransferEvent::PageSkipped { page, .. },
            ) => {
                skipped.push(page);
                let next = page + 1;
                Self::Sending { facts, pages, missing, next, encrypted: false, skipped }
            }
            (
                Self::Accepted { facts } | Self::Sending { facts, .. },
                TransferEvent::Completed { statuses, .. },
            ) => Self::Completed { facts, statuses, refused: None },
            (Self::Refused { facts, code }, TransferEvent::Completed { statuses, .. }) => {
                Self::Completed { facts, statuses, refused: Some(code) }
            }
            (before, _) => before,
        };
    }
}

aggregate!(Transfer, "transfer", TransferCommand, TransferEvent, TransferError);

#[cfg(test)]
mod tests;
