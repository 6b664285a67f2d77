//! Events of visits.

use chrono::{DateTime, Utc};
use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::hi_type::HiType;
use crate::id::{CareContextReference, Digest, FacilityId, Pseudonym, SubjectId};
use crate::sealed::Sealed;
use crate::sensitive::Phi;
use crate::stream::StreamId;

/// The facts of a visit that are stored in clear. They contain no personal data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VisitFacts {
    /// Id of the facility.
    pub facility: FacilityId,
    /// The patient.
    pub subject: SubjectId,
    /// The visit code, which is the care context reference that the network sees.
    pub care_context: CareContextReference,
    /// Stream of that care context.
    pub care_context_stream: StreamId,
    /// The link token stream of the ABHA address in the visit. Without an address documents are built but nothing is
    /// linked.
    pub link_token_stream: Option<StreamId>,
    /// When the visit took place.
    pub visited_at: DateTime<Utc>,
    /// The id of the push.
    pub push_id: Uuid,
}

/// A document that was built and passed validation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuiltDocument {
    /// The health information type.
    pub hi_type: HiType,
    /// `Bundle.id`, the same each time this revision is built.
    pub document_id: Uuid,
    /// SHA-256 of the document.
    pub digest: Digest,
    /// Size in bytes.
    pub size_bytes: u64,
}

/// A document that was not built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SkippedDocument {
    /// The health information type.
    pub hi_type: HiType,
    /// The reason, without personal data.
    pub reason: String,
}

/// A document that was built and failed validation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RejectedDocument {
    /// The health information type.
    pub hi_type: HiType,
    /// `Bundle.id`.
    pub document_id: Uuid,
    /// Rule and path of each finding. A path names elements, never values.
    pub findings: Vec<String>,
}

/// An event of a visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, LogEvent)]
pub enum VisitEvent {
    /// The visit was recorded.
    #[serde(rename = "visit.recorded")]
    Recorded {
        /// The facts of the visit.
        facts: VisitFacts,
        /// Keyed digest of the document.
        digest: Pseudonym,
        /// The visit document, verbatim.
        #[serde(skip)]
        #[sealed]
        document: Sealed<Phi<String>>,
    },
    /// The visit was recorded again with different content.
    #[serde(rename = "visit.amended")]
    Amended {
        /// The new revision, from 2.
        revision: u32,
        /// The facts of the visit.
        facts: VisitFacts,
        /// Keyed digest of the document.
        digest: Pseudonym,
        /// The visit document, verbatim.
        #[serde(skip)]
        #[sealed]
        document: Sealed<Phi<String>>,
    },
    /// Its documents were built.
    #[serde(rename = "visit.bundles_built")]
    BundlesBuilt {
        /// The revision from which they were built.
        revision: u32,
        /// The facts of the visit.
        facts: VisitFacts,
        /// Documents that passed validation.
        built: Vec<BuiltDocument>,
        /// Documents that were not built.
        skipped: Vec<SkippedDocument>,
    },
    /// A document failed validation.
    #[serde(rename = "visit.bundle_rejected")]
    BundleRejected {
        /// The revision from which it was built.
        revision: u32,
        /// The document and the findings.
        document: RejectedDocument,
    },
    /// The care context was linked to the patient's ABHA.
    #[serde(rename = "visit.linked")]
    Linked {
        /// Reference of the care context.
        care_context: CareContextReference,
        /// The types that the network knows.
        hi_types: Vec<HiType>,
    },
}
