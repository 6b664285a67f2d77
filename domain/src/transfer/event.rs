//! Events of transfers.

use chrono::{DateTime, Utc};
use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::consent::{DateRange, NotInForce};
use crate::hi_type::HiType;
use crate::id::{
    CareContextReference, ConsentId, Digest, ErrorCode, FacilityId, RequestId, TransactionId,
};
use crate::sealed::Sealed;
use crate::sensitive::Phi;
use crate::stream::StreamId;

/// A health information request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TransferFacts {
    /// The transaction id.
    pub transaction: TransactionId,
    /// Id of the facility.
    pub facility: FacilityId,
    /// The request to reply to.
    pub request_id: RequestId,
    /// The consent under which it is made.
    pub consent_id: ConsentId,
    /// The requested period; `None` if it could not be read.
    pub date_range: Option<DateRange>,
    /// When the request was received. The network gives a transfer 20 minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<DateTime<Utc>>,
}

/// The HIU's key material, as received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiuKey {
    /// `dhPublicKey.keyValue`, base64.
    pub key_value: String,
    /// `nonce`, base64.
    pub nonce: String,
    /// `dhPublicKey.expiry`, as received.
    pub expiry: String,
    /// `cryptoAlg`.
    pub algorithm: String,
    /// `curve`.
    pub curve: String,
}

/// Push URL and key of the HIU. Stored only in encrypted form, because the URL may contain a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// `dataPushUrl`, verbatim.
    pub push_url: Phi<String>,
    /// The HIU's key material.
    pub key: HiuKey,
}

/// A page to send: one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlannedPage {
    /// Reference of the care context.
    pub care_context: CareContextReference,
    /// The visit from which the document is built.
    pub visit: StreamId,
    /// The health information type.
    pub hi_type: HiType,
    /// Id of the document.
    pub document_id: Uuid,
    /// SHA-256 of the document.
    pub digest: Digest,
}

/// A care context of which nothing can be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MissingPage {
    /// Reference of the care context.
    pub care_context: CareContextReference,
    /// The reason, without personal data.
    pub reason: String,
}

/// Digests of an encrypted page, for audits. They prove what was sent without revealing it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageSeal {
    /// The key format of the HIU.
    pub dialect: String,
    /// SHA-256 of our public key bytes.
    pub our_key: Digest,
    /// SHA-256 of the HIU's public key bytes.
    pub hiu_key: Digest,
    /// SHA-256 of the ciphertext with its tag.
    pub ciphertext: Digest,
    /// Length of the document in bytes.
    pub plain_bytes: u64,
}

/// Why no further page is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// The consent no longer permits it.
    Consent(NotInForce),
    /// The HIU's key expired or cannot be used.
    Key,
    /// The HIU did not accept the page.
    Push {
        /// HTTP status, if there was a response.
        status: Option<u16>,
    },
    /// The document of the page is not available.
    Document,
    /// The time limit of the transfer has passed.
    Late,
}

impl StopReason {
    /// The reason in characters that the gateway accepts in a description.
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

/// The result for one care context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryStatus {
    /// Reference of the care context.
    pub care_context: CareContextReference,
    /// Why it was not delivered completely; `None` if it was.
    pub error: Option<String>,
}

/// An event of a transfer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, LogEvent)]
pub enum TransferEvent {
    /// An HIU requested health information.
    #[serde(rename = "transfer.requested")]
    Requested {
        /// The request.
        facts: TransferFacts,
        /// Push URL and key of the HIU.
        #[serde(skip)]
        #[sealed]
        recipient: Sealed<Recipient>,
    },
    /// The request was accepted.
    #[serde(rename = "transfer.accepted")]
    Accepted {
        /// The transaction id.
        transaction: TransactionId,
        /// The request to reply to.
        request_id: RequestId,
    },
    /// The request was refused.
    #[serde(rename = "transfer.refused")]
    Refused {
        /// The transaction id.
        transaction: TransactionId,
        /// The request to reply to.
        request_id: RequestId,
        /// The error code.
        code: ErrorCode,
        /// A more detailed reason, without personal data.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The pages were selected.
    #[serde(rename = "transfer.bundle_prepared")]
    BundlePrepared {
        /// The pages, in the order in which they are begun.
        pages: Vec<PlannedPage>,
        /// The care contexts of which nothing can be sent.
        missing: Vec<MissingPage>,
        /// How many pages may be on their way at the same time. Earlier versions sent one after the other.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        at_once: u32,
    },
    /// A page was encrypted.
    #[serde(rename = "transfer.page_encrypted")]
    PageEncrypted {
        /// Page number, from 0.
        page: u32,
        /// Digests of the page, for audits.
        seal: PageSeal,
        /// The request body to send.
        #[serde(skip)]
        #[sealed]
        body: Sealed<Phi<String>>,
    },
    /// The HIU accepted a page.
    #[serde(rename = "transfer.page_pushed")]
    PagePushed {
        /// Page number, from 0.
        page: u32,
        /// The HTTP status.
        status: u16,
    },
    /// A page was skipped; the others can still be sent.
    #[serde(rename = "transfer.page_skipped")]
    PageSkipped {
        /// Page number, from 0.
        page: u32,
        /// The reason, without personal data.
        reason: String,
    },
    /// The same request arrived under another request id.
    #[serde(rename = "transfer.repeated")]
    Repeated {
        /// The transaction id.
        transaction: TransactionId,
        /// The request to reply to.
        request_id: RequestId,
        /// The error code, if it was refused.
        error: Option<ErrorCode>,
    },
    /// A page was given up: no further page is begun. Pages that are on their way come to their own end.
    #[serde(rename = "transfer.stopped")]
    Stopped {
        /// The page.
        page: u32,
        /// The reason.
        stop: StopReason,
    },
    /// The transfer was completed.
    #[serde(rename = "transfer.completed")]
    Completed {
        /// The transaction id.
        transaction: TransactionId,
        /// Whether at least one care context was delivered completely; otherwise the session has failed.
        transferred: bool,
        /// The result for each care context.
        statuses: Vec<DeliveryStatus>,
    },
}

const fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over like this")]
const fn is_one(number: &u32) -> bool {
    *number == 1
}
