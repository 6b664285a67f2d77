//! What happens to a transfer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::aggregate::LogEvent;
use crate::consent::{DateRange, NotInForce};
use crate::hi_type::HiType;
use crate::id::{
    CareContextReference, ConsentId, Digest, ErrorCode, FacilityId, RequestId, TransactionId,
};
use crate::sealed::{Sealed, SealedPart};
use crate::sensitive::Phi;
use crate::stream::StreamId;

/// What an HIU asks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TransferFacts {
    /// The conversation.
    pub transaction: TransactionId,
    /// The facility that is asked.
    pub facility: FacilityId,
    /// The request to answer.
    pub request_id: RequestId,
    /// Under which consent.
    pub consent_id: ConsentId,
    /// Records of which period; `None` if it could not be read.
    pub date_range: Option<DateRange>,
    /// When we were asked: the network gives a transfer 20 minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<DateTime<Utc>>,
}

/// The HIU's key material, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiuKey {
    /// `dhPublicKey.keyValue`, base64.
    pub key_value: String,
    /// `nonce`, base64.
    pub nonce: String,
    /// `dhPublicKey.expiry`, as it came.
    pub expiry: String,
    /// `cryptoAlg`.
    pub algorithm: String,
    /// `curve`.
    pub curve: String,
}

/// Where the pages go, and under which key. Sealed at rest: the address may carry a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// `dataPushUrl`, verbatim.
    pub push_url: Phi<String>,
    /// The HIU's key material.
    pub key: HiuKey,
}

/// A page that will leave: one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedPage {
    /// The care context.
    pub care_context: CareContextReference,
    /// The visit that the document is built from.
    pub visit: StreamId,
    /// Its kind.
    pub hi_type: HiType,
    /// Which document.
    pub document_id: Uuid,
    /// SHA-256 of its bytes.
    pub digest: Digest,
}

/// A care context that was wanted and of which nothing can leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MissingPage {
    /// The care context.
    pub care_context: CareContextReference,
    /// Why, in words without personal data.
    pub reason: String,
}

/// What an auditor may know of an encrypted page: enough to prove what left, nothing to read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageSeal {
    /// Which key format the HIU speaks.
    pub dialect: String,
    /// SHA-256 of our public key bytes.
    pub our_key: Digest,
    /// SHA-256 of the HIU's public key bytes.
    pub hiu_key: Digest,
    /// SHA-256 of ciphertext and tag.
    pub ciphertext: Digest,
    /// Length of the document in bytes.
    pub plain_bytes: u64,
}

/// Why no further page leaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The consent does not allow it any more.
    Consent(NotInForce),
    /// The HIU's key has expired, or cannot be used.
    Key,
    /// The HIU did not take the page.
    Push {
        /// HTTP status, when there was an answer.
        status: Option<u16>,
    },
    /// The document of the page cannot be had.
    Document,
    /// The time that the network gives a transfer is over.
    Late,
}

impl StopReason {
    /// In words that the gateway allows in a description.
    pub const fn as_words(&self) -> &'static str {
        match self {
            Self::Consent(NotInForce::Unknown) => "consent not known",
            Self::Consent(NotInForce::NotGranted) => "consent not granted",
            Self::Consent(NotInForce::Expired) => "consent expired",
            Self::Key => "key material expired",
            Self::Push { .. } => "data push failed",
            Self::Document => "document not available",
            Self::Late => "time for the transfer is over",
        }
    }
}

/// What became of one care context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryStatus {
    /// The care context.
    pub care_context: CareContextReference,
    /// Why it was not delivered in full; `None` if it was.
    pub error: Option<String>,
}

/// What happens to a transfer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum TransferEvent {
    /// An HIU asks.
    #[serde(rename = "transfer.requested")]
    Requested {
        /// What it asks.
        facts: TransferFacts,
        /// Where to, and under which key.
        #[serde(skip)]
        recipient: Sealed<Recipient>,
    },
    /// It may have it.
    #[serde(rename = "transfer.accepted")]
    Accepted {
        /// The conversation.
        transaction: TransactionId,
        /// The request to answer.
        request_id: RequestId,
    },
    /// It may not.
    #[serde(rename = "transfer.refused")]
    Refused {
        /// The conversation.
        transaction: TransactionId,
        /// The request to answer.
        request_id: RequestId,
        /// Why.
        code: ErrorCode,
        /// Why, more exactly, in words without personal data.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// It is known what will leave.
    #[serde(rename = "transfer.bundle_prepared")]
    BundlePrepared {
        /// In the order of sending.
        pages: Vec<PlannedPage>,
        /// What cannot leave.
        missing: Vec<MissingPage>,
    },
    /// A page is ready to send.
    #[serde(rename = "transfer.page_encrypted")]
    PageEncrypted {
        /// Which page, from 0.
        page: u32,
        /// What an auditor may know of it.
        seal: PageSeal,
        /// The request body, as it will be sent.
        #[serde(skip)]
        body: Sealed<Phi<String>>,
    },
    /// The HIU took a page.
    #[serde(rename = "transfer.page_pushed")]
    PagePushed {
        /// Which page, from 0.
        page: u32,
        /// HTTP status.
        status: u16,
    },
    /// A page could not be had; the others may still leave.
    #[serde(rename = "transfer.page_skipped")]
    PageSkipped {
        /// Which page, from 0.
        page: u32,
        /// Why.
        reason: String,
    },
    /// The same request came under another id.
    #[serde(rename = "transfer.repeated")]
    Repeated {
        /// The conversation.
        transaction: TransactionId,
        /// The request to answer.
        request_id: RequestId,
        /// The refusal, when it was refused.
        error: Option<ErrorCode>,
    },
    /// No further page leaves.
    #[serde(rename = "transfer.stopped")]
    Stopped {
        /// The page that would have been next.
        page: u32,
        /// Why.
        stop: StopReason,
    },
    /// It is over.
    #[serde(rename = "transfer.completed")]
    Completed {
        /// The conversation.
        transaction: TransactionId,
        /// Whether a care context was delivered in full: else the session has failed.
        transferred: bool,
        /// What became of each care context.
        statuses: Vec<DeliveryStatus>,
    },
}

impl LogEvent for TransferEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Requested { .. } => "transfer.requested",
            Self::Accepted { .. } => "transfer.accepted",
            Self::Refused { .. } => "transfer.refused",
            Self::BundlePrepared { .. } => "transfer.bundle_prepared",
            Self::PageEncrypted { .. } => "transfer.page_encrypted",
            Self::PagePushed { .. } => "transfer.page_pushed",
            Self::PageSkipped { .. } => "transfer.page_skipped",
            Self::Repeated { .. } => "transfer.repeated",
            Self::Stopped { .. } => "transfer.stopped",
            Self::Completed { .. } => "transfer.completed",
        }
    }

    fn sealed(&self) -> Option<&dyn SealedPart> {
        match self {
            Self::Requested { recipient, .. } => Some(recipient),
            Self::PageEncrypted { body, .. } => Some(body),
            Self::Accepted { .. }
            | Self::Refused { .. }
            | Self::BundlePrepared { .. }
            | Self::PagePushed { .. }
            | Self::PageSkipped { .. }
            | Self::Repeated { .. }
            | Self::Stopped { .. }
            | Self::Completed { .. } => None,
        }
    }

    fn sealed_mut(&mut self) -> Option<&mut dyn SealedPart> {
        match self {
            Self::Requested { recipient, .. } => Some(recipient),
            Self::PageEncrypted { body, .. } => Some(body),
            Self::Accepted { .. }
            | Self::Refused { .. }
            | Self::BundlePrepared { .. }
            | Self::PagePushed { .. }
            | Self::PageSkipped { .. }
            | Self::Repeated { .. }
            | Self::Stopped { .. }
            | Self::Completed { .. } => None,
        }
    }
}
