//! What happens to a consent.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{DateRange, GrantedCareContext, Signature};
use crate::aggregate::LogEvent;
use crate::hi_type::HiType;
use crate::id::{ConsentId, FacilityId, HiuId, Pseudonym};
use crate::sealed::{Sealed, SealedPart};
use crate::sensitive::Phi;

/// What a consent grants: the part of the artefact that decisions need.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// The artefact's id.
    pub consent_id: ConsentId,
    /// Whose records it is about: `hip.id`, or the facility that was notified.
    pub facility: FacilityId,
    /// Pseudonym of the patient's ABHA address: nobody else's records leave under it.
    pub patient: Option<Pseudonym>,
    /// Who may ask. Some artefacts do not say.
    pub hiu: Option<HiuId>,
    /// Which kinds.
    pub hi_types: Vec<HiType>,
    /// Which care contexts.
    pub care_contexts: Vec<GrantedCareContext>,
    /// Records of which period.
    pub date_range: DateRange,
    /// `permission.dataEraseAt`: no data is sent after this time, even without a revocation.
    pub erase_at: DateTime<Utc>,
}

/// What happens to a consent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and not kept")]
pub enum ConsentEvent {
    /// The patient gave it.
    #[serde(rename = "consent.granted")]
    Granted {
        /// What it grants.
        grant: Grant,
        /// Its signature. Older events do not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signature: Option<Signature>,
        /// The artefact, verbatim.
        #[serde(skip)]
        artefact: Sealed<Phi<String>>,
    },
    /// The patient took it back.
    #[serde(rename = "consent.revoked")]
    Revoked {
        /// Which.
        consent_id: ConsentId,
    },
    /// Its time is over.
    #[serde(rename = "consent.expired")]
    Expired {
        /// Which.
        consent_id: ConsentId,
    },
    /// The patient did not give it.
    #[serde(rename = "consent.denied")]
    Denied {
        /// Which.
        consent_id: ConsentId,
    },
    /// The patient has left ABDM.
    #[serde(rename = "consent.withdrawn")]
    Withdrawn {
        /// Which.
        consent_id: ConsentId,
    },
}

impl LogEvent for ConsentEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Granted { .. } => "consent.granted",
            Self::Revoked { .. } => "consent.revoked",
            Self::Expired { .. } => "consent.expired",
            Self::Denied { .. } => "consent.denied",
            Self::Withdrawn { .. } => "consent.withdrawn",
        }
    }

    fn sealed(&self) -> Option<&dyn SealedPart> {
        match self {
            Self::Granted { artefact, .. } => Some(artefact),
            Self::Revoked { .. }
            | Self::Expired { .. }
            | Self::Denied { .. }
            | Self::Withdrawn { .. } => None,
        }
    }

    fn sealed_mut(&mut self) -> Option<&mut dyn SealedPart> {
        match self {
            Self::Granted { artefact, .. } => Some(artefact),
            Self::Revoked { .. }
            | Self::Expired { .. }
            | Self::Denied { .. }
            | Self::Withdrawn { .. } => None,
        }
    }
}
