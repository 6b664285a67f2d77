//! Events of consents.

use chrono::{DateTime, Utc};
use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};

use super::{DateRange, GrantedCareContext, Signature};
use crate::hi_type::HiType;
use crate::id::{ConsentId, FacilityId, HiuId, Pseudonym};
use crate::sealed::Sealed;
use crate::sensitive::Phi;

/// The terms of a consent: the parts of the artefact that are used for decisions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// The artefact's id.
    pub consent_id: ConsentId,
    /// The facility whose records are covered: `hip.id`, or the facility that was notified.
    pub facility: FacilityId,
    /// Pseudonym of the patient's ABHA address. Only this patient's records may be sent.
    pub patient: Option<Pseudonym>,
    /// The HIU that may request the records. Some artefacts do not contain it.
    pub hiu: Option<HiuId>,
    /// The permitted health information types.
    pub hi_types: Vec<HiType>,
    /// The covered care contexts.
    pub care_contexts: Vec<GrantedCareContext>,
    /// The covered period of visits.
    pub date_range: DateRange,
    /// `permission.dataEraseAt`: no data is sent after this time, even without a revocation.
    pub erase_at: DateTime<Utc>,
}

/// An event of a consent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, LogEvent)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and not kept")]
pub enum ConsentEvent {
    /// The patient granted it.
    #[serde(rename = "consent.granted")]
    Granted {
        /// The terms.
        grant: Grant,
        /// The signature; `None` in older events.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        signature: Option<Signature>,
        /// The artefact, verbatim.
        #[serde(skip)]
        #[sealed]
        artefact: Sealed<Phi<String>>,
    },
    /// The patient revoked it.
    #[serde(rename = "consent.revoked")]
    Revoked {
        /// Id of the artefact.
        consent_id: ConsentId,
    },
    /// It expired.
    #[serde(rename = "consent.expired")]
    Expired {
        /// Id of the artefact.
        consent_id: ConsentId,
    },
    /// The patient denied it.
    #[serde(rename = "consent.denied")]
    Denied {
        /// Id of the artefact.
        consent_id: ConsentId,
    },
    /// The patient left ABDM.
    #[serde(rename = "consent.withdrawn")]
    Withdrawn {
        /// Id of the artefact.
        consent_id: ConsentId,
    },
}
