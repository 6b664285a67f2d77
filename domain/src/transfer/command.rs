//! What may be asked of a transfer.

use super::{MissingPage, PageSeal, PlannedPage, Recipient, StopReason, TransferFacts};
use crate::id::{CareContextReference, ErrorCode};
use crate::sensitive::Phi;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// What the gateway is told.
    pub code: ErrorCode,
    /// Why, more exactly, for an operator: in words without personal data.
    pub reason: Option<String>,
}

impl From<ErrorCode> for Denial {
    fn from(code: ErrorCode) -> Self {
        Self { code, reason: None }
    }
}

/// A wish about a transfer.
#[derive(Debug, Clone, PartialEq)]
pub enum TransferCommand {
    /// An HIU asks.
    Request {
        /// What it asks.
        facts: TransferFacts,
        /// Where to and under which key; nothing when that could not be used.
        recipient: Option<Recipient>,
        /// Whether it may have it.
        verdict: Result<(), Denial>,
    },
    /// These pages will leave.
    Prepare {
        /// In the order of sending.
        pages: Vec<PlannedPage>,
        /// What cannot.
        missing: Vec<MissingPage>,
    },
    /// This is the ciphertext of a page.
    Encrypt {
        /// Which page, from 0.
        page: u32,
        /// What an auditor may know of it.
        seal: PageSeal,
        /// The request body, ready to send.
        body: Phi<String>,
    },
    /// The HIU took a page.
    MarkPushed {
        /// Which page, from 0.
        page: u32,
        /// HTTP status.
        status: u16,
    },
    /// A page cannot be had; the others may still leave.
    Skip {
        /// Which page, from 0.
        page: u32,
        /// Why, in words without personal data.
        reason: String,
    },
    /// The gateway knows of the refusal; what became of each care context is told too.
    CloseRefused {
        /// All that the consent names.
        care_contexts: Vec<CareContextReference>,
    },
    /// No page leaves from here on.
    Stop {
        /// The page that would have been next.
        page: u32,
        /// Why.
        stop: StopReason,
    },
}
