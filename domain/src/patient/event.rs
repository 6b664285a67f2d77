//! What happens to a patient.

use serde::{Deserialize, Serialize};

use crate::aggregate::LogEvent;
use crate::id::{FacilityId, Pseudonym};
use crate::sealed::{Sealed, SealedPart};
use crate::sensitive::Phi;

/// By what a patient can be found besides their ABHA: pseudonyms only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lookups {
    /// The facility's own patient reference.
    pub reference: Pseudonym,
    /// Mobile number, last 10 digits.
    pub mobile: Option<Pseudonym>,
}

/// By what a patient can be found in ABDM: pseudonyms only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AbhaLookups {
    /// ABHA address, lower case.
    pub address: Option<Pseudonym>,
    /// ABHA number, 14 digits.
    pub number: Option<Pseudonym>,
}

/// Who a patient is. Sealed wherever it is at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demographics {
    /// The facility's own id of the person, as the network sees it (`patient.referenceNumber`).
    pub reference: Phi<String>,
    /// Full name, any script.
    pub name: Phi<String>,
    /// The same in Latin letters, as the record system spells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_latin: Option<Phi<String>>,
    /// `M`, `F`, `O`, or `U` when unknown, as ABDM spells it.
    pub gender: Phi<String>,
    /// Year of birth, when known or computed from an age.
    pub year_of_birth: Option<Phi<i32>>,
    /// Last 10 digits.
    pub mobile: Option<Phi<String>>,
}

impl Demographics {
    /// The name that the network is told: as the record system spells it in Latin letters, if it does.
    pub fn name_for_network(&self) -> &str {
        self.name_latin.as_ref().unwrap_or(&self.name).reveal()
    }
}

/// A patient's ABHA. Sealed wherever it is at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abha {
    /// `name@abdm` or `name@sbx`, lower case.
    pub address: Option<Phi<String>>,
    /// 14 digits.
    pub number: Option<Phi<String>>,
}

/// What happens to a patient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum PatientEvent {
    /// They were seen for the first time.
    #[serde(rename = "patient.registered")]
    Registered {
        /// Where.
        facility: FacilityId,
        /// By what they can be found.
        lookups: Lookups,
        /// Keyed digest of the demographics.
        digest: Pseudonym,
        /// Who they are.
        #[serde(skip)]
        demographics: Sealed<Demographics>,
    },
    /// The facility knows more, or better.
    #[serde(rename = "patient.demographics_changed")]
    DemographicsChanged {
        /// Where.
        facility: FacilityId,
        /// By what they can be found.
        lookups: Lookups,
        /// Keyed digest of the demographics.
        digest: Pseudonym,
        /// Who they are.
        #[serde(skip)]
        demographics: Sealed<Demographics>,
    },
    /// Their ABHA became known, or another one did.
    #[serde(rename = "patient.abha_attached")]
    AbhaAttached {
        /// Where.
        facility: FacilityId,
        /// By what they can be found in ABDM.
        lookups: AbhaLookups,
        /// The ABHA itself.
        #[serde(skip)]
        abha: Sealed<Abha>,
    },
    /// They have left ABDM.
    #[serde(rename = "patient.abha_detached")]
    AbhaDetached {
        /// Where.
        facility: FacilityId,
        /// The ABHA was deleted, not only deactivated. Older events do not say.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        deleted: bool,
    },
}

impl LogEvent for PatientEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "patient.registered",
            Self::DemographicsChanged { .. } => "patient.demographics_changed",
            Self::AbhaAttached { .. } => "patient.abha_attached",
            Self::AbhaDetached { .. } => "patient.abha_detached",
        }
    }

    fn sealed(&self) -> Option<&dyn SealedPart> {
        match self {
            Self::Registered { demographics, .. }
            | Self::DemographicsChanged { demographics, .. } => Some(demographics),
            Self::AbhaAttached { abha, .. } => Some(abha),
            Self::AbhaDetached { .. } => None,
        }
    }

    fn sealed_mut(&mut self) -> Option<&mut dyn SealedPart> {
        match self {
            Self::Registered { demographics, .. }
            | Self::DemographicsChanged { demographics, .. } => Some(demographics),
            Self::AbhaAttached { abha, .. } => Some(abha),
            Self::AbhaDetached { .. } => None,
        }
    }
}
