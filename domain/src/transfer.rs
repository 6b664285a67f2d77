//! A transfer: one health information request, from the request to the notification of the result.
//!
//! ```text
//! (nothing) ── Request ──► Accepted ── Prepare ──► Sending ── all pages have come to an end ──► Completed
//!                  └─────► Refused
//! a page:  waiting ── Encrypt ──► encrypted ── MarkPushed ──► pushed
//!             ├── Skip ──► skipped   └── Stop ──► failed: no further page is begun
//! ```
//! A few pages are on their way at the same time (`at_once`); a revocation stops all that have not left. The ciphertext
//! of a page is in the log before it is sent, so that a retry sends the same bytes. A page is never encrypted twice with
//! the same key.

pub mod command;
pub mod event;
mod progress;

pub use command::{Denial, TransferCommand};
pub use event::{
    DeliveryStatus, HiuKey, MissingPage, PageSeal, PlannedPage, Recipient, StopReason,
    TransferEvent, TransferFacts,
};
pub use progress::Progress;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{ErrorCode, RequestId};
use crate::sealed::Sealed;

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
        /// What became of them so far.
        progress: Progress,
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
            (Self::Accepted { facts }, TransferCommand::Prepare { pages, missing, at_once }) => {
                let end = Progress::new(pages.len(), at_once);
                let completed = pages.is_empty().then(|| end.complete(facts, &pages, &missing));
                let prepared = TransferEvent::BundlePrepared { pages, missing, at_once };
                Ok(std::iter::once(prepared).chain(completed).collect())
            }
            (Self::Sending { progress, .. }, TransferCommand::Encrypt { page, seal, body })
                if progress.is_due(page) =>
            {
                Ok(vec![TransferEvent::PageEncrypted { page, seal, body: Sealed::Open(body) }])
            }
            (Self::Sending { progress, .. }, TransferCommand::MarkPushed { page, status })
                if progress.is_encrypted(page) =>
            {
                Ok(self.then_complete(TransferEvent::PagePushed { page, status }))
            }
            (Self::Sending { progress, .. }, TransferCommand::Skip { page, reason })
                if progress.is_due(page) =>
            {
                Ok(self.then_complete(TransferEvent::PageSkipped { page, reason }))
            }
            (Self::Sending { progress, .. }, TransferCommand::Stop { page, stop })
                if progress.is_open(page) =>
            {
                Ok(self.then_complete(TransferEvent::Stopped { page, stop }))
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

    /// The event, and the end of the transfer if nothing is left to do after it.
    fn then_complete(&self, event: TransferEvent) -> Vec<TransferEvent> {
        let mut after = self.clone();
        after.evolve(event.clone());
        let completed = match &after {
            Self::Sending { facts, pages, missing, progress } if progress.is_done() => {
                Some(progress.complete(facts, pages, missing))
            }
            Self::Absent
            | Self::Refused { .. }
            | Self::Accepted { .. }
            | Self::Sending { .. }
            | Self::Completed { .. } => None,
        };
        std::iter::once(event).chain(completed).collect()
    }

    fn evolve(&mut self, event: TransferEvent) {
        if let Self::Sending { progress, .. } = self {
            match &event {
                TransferEvent::PageEncrypted { page, .. } => progress.encrypted(*page),
                TransferEvent::PagePushed { page, .. } => progress.pushed(*page),
                TransferEvent::PageSkipped { page, .. } => progress.skipped(*page),
                TransferEvent::Stopped { page, stop } => progress.stopped(*page, stop.clone()),
                TransferEvent::Requested { .. }
                | TransferEvent::Accepted { .. }
                | TransferEvent::Refused { .. }
                | TransferEvent::BundlePrepared { .. }
                | TransferEvent::Repeated { .. }
                | TransferEvent::Completed { .. } => {}
            }
        }
        let before = std::mem::take(self);
        *self = match (before, event) {
            (Self::Absent, TransferEvent::Requested { facts, .. }) => Self::Accepted { facts },
            (Self::Accepted { facts }, TransferEvent::Refused { code, .. }) => {
                Self::Refused { facts, code }
            }
            (
                Self::Accepted { facts },
                TransferEvent::BundlePrepared { pages, missing, at_once },
            ) => {
                let progress = Progress::new(pages.len(), at_once);
                Self::Sending { facts, pages, missing, progress }
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
