//! What happens to a visit.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::aggregate::LogEvent;
use crate::hi_type::HiType;
use crate::id::{CareContextReference, Digest, FacilityId, Pseudonym, SubjectId};
use crate::sealed::{Sealed, SealedPart};
use crate::sensitive::Phi;
use crate::stream::StreamId;

/// What routing and most projections need to know of a visit. Nothing personal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VisitFacts {
    /// Where it took place.
    pub facility: FacilityId,
    /// Whose visit it is.
    pub subject: SubjectId,
    /// The visit code, which is the care context reference that the network sees.
    pub care_context: CareContextReference,
    /// The stream of that care context.
    pub care_context_stream: StreamId,
    /// The stream of the link tokens for the ABHA address that the visit mentions. Without an
    /// address documents are built but nothing is linked.
    pub link_token_stream: Option<StreamId>,
    /// When it took place.
    pub visited_at: DateTime<Utc>,
    /// The id of the push that brought it.
    pub push_id: Uuid,
}

/// A document that was built and is fit to be shared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuiltDocument {
    /// Its kind.
    pub hi_type: HiType,
    /// `Bundle.id`, the same whenever this revision is built.
    pub document_id: Uuid,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Its length in bytes.
    pub size_bytes: u64,
}

/// A document that the visit does not yield.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SkippedDocument {
    /// Its kind.
    pub hi_type: HiType,
    /// Why, in words without personal data.
    pub reason: String,
}

/// A document that was built and is not fit to be shared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RejectedDocument {
    /// Its kind.
    pub hi_type: HiType,
    /// `Bundle.id`.
    pub document_id: Uuid,
    /// Rule and path of each finding; the path names elements, never values.
    pub findings: Vec<String>,
}

/// What happens to a visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum VisitEvent {
    /// The facility told us of it.
    #[serde(rename = "visit.recorded")]
    Recorded {
        /// What routing needs.
        facts: VisitFacts,
        /// Keyed digest of the document.
        digest: Pseudonym,
        /// The visit document, verbatim.
        #[serde(skip)]
        document: Sealed<Phi<String>>,
    },
    /// The facility told us of it again, with other content.
    #[serde(rename = "visit.amended")]
    Amended {
        /// The new revision, from 2.
        revision: u32,
        /// What routing needs.
        facts: VisitFacts,
        /// Keyed digest of the document.
        digest: Pseudonym,
        /// The visit document, verbatim.
        #[serde(skip)]
        document: Sealed<Phi<String>>,
    },
    /// Its documents were built.
    #[serde(rename = "visit.bundles_built")]
    BundlesBuilt {
        /// From which revision.
        revision: u32,
        /// What routing needs.
        facts: VisitFacts,
        /// Fit to be shared.
        built: Vec<BuiltDocument>,
        /// Not built.
        skipped: Vec<SkippedDocument>,
    },
    /// One of its documents was found unfit to be shared.
    #[serde(rename = "visit.bundle_rejected")]
    BundleRejected {
        /// From which revision.
        revision: u32,
        /// Which document, and why.
        document: RejectedDocument,
    },
    /// Its care context is linked to the patient's ABHA.
    #[serde(rename = "visit.linked")]
    Linked {
        /// The care context.
        care_context: CareContextReference,
        /// The kinds that the network now knows.
        hi_types: Vec<HiType>,
    },
}

impl LogEvent for VisitEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Recorded { .. } => "visit.recorded",
            Self::Amended { .. } => "visit.amended",
            Self::BundlesBuilt { .. } => "visit.bundles_built",
            Self::BundleRejected { .. } => "visit.bundle_rejected",
            Self::Linked { .. } => "visit.linked",
        }
    }

    fn sealed(&self) -> Option<&dyn SealedPart> {
        match self {
            Self::Recorded { document, .. } | Self::Amended { document, .. } => Some(document),
            Self::BundlesBuilt { .. } | Self::BundleRejected { .. } | Self::Linked { .. } => None,
        }
    }

    fn sealed_mut(&mut self) -> Option<&mut dyn SealedPart> {
        match self {
            Self::Recorded { document, .. } | Self::Amended { document, .. } => Some(document),
            Self::BundlesBuilt { .. } | Self::BundleRejected { .. } | Self::Linked { .. } => None,
        }
    }
}
