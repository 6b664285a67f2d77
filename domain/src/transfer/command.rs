//! Commands of transfers.

use super::{MissingPage, PageSeal, PlannedPage, Recipient, StopReason, TransferFacts};
use crate::id::{CareContextReference, ErrorCode};
use crate::sensitive::Phi;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The error code for the gateway.
    pub code: ErrorCode,
    /// A more detailed reason for operators, without personal data.
    pub reason: Option<String>,
}

impl<C: Into<ErrorCode>> From<C> for Denial {
    fn from(code: C) -> Self {
        Self { code: code.into(), reason: None }
    }
}

/// A command to a transfer.
#[derive(Debug, Clone, PartialEq)]
pub enum TransferCommand {
    /// An HIU requests health information.
    Request {
        /// The request.
        facts: TransferFacts,
        /// Push URL and key of the HIU; `None` if they could not be used.
        recipient: Option<Recipient>,
        /// Whether the request is accepted.
        verdict: Result<(), Denial>,
    },
    /// Set the pages to send.
    Prepare {
        /// The pages, in the order of sending.
        pages: Vec<PlannedPage>,
        /// The care contexts of which nothing can be sent.
        missing: Vec<MissingPage>,
        /// How many pages may be on their way at the same time, at least 1.
        at_once: u32,
    },
    /// Store the ciphertext of a page.
    Encrypt {
        /// Page number, from 0.
        page: u32,
        /// Digests of the page, for audits.
        seal: PageSeal,
        /// The request body, ready to send.
        body: Phi<String>,
    },
    /// The HIU accepted a page.
    MarkPushed {
        /// Page number, from 0.
        page: u32,
        /// The HTTP status.
        status: u16,
    },
    /// Skip a page; the others can still be sent.
    Skip {
        /// Page number, from 0.
        page: u32,
        /// The reason, without personal data.
        reason: String,
    },
    /// The gateway accepted the refusal: complete the transfer with a status for each care context.
    CloseRefused {
        /// The care contexts of the consent.
        care_contexts: Vec<CareContextReference>,
    },
    /// Stop the transfer: no further page is sent.
    Stop {
        /// The page that would have been next.
        page: u32,
        /// The reason.
        stop: StopReason,
    },
}
