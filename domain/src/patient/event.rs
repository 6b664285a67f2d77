//! Events of patients.

use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};

use crate::id::{FacilityId, Pseudonym};
use crate::sealed::Sealed;
use crate::sensitive::Phi;

/// Pseudonyms by which a patient can be found, without the ABHA.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lookups {
    /// Pseudonym of the facility's own patient reference.
    pub reference: Pseudonym,
    /// Pseudonym of the mobile number (last 10 digits).
    pub mobile: Option<Pseudonym>,
}

/// Pseudonyms of an ABHA.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AbhaLookups {
    /// Pseudonym of the ABHA address in lower case.
    pub address: Option<Pseudonym>,
    /// Pseudonym of the 14-digit ABHA number.
    pub number: Option<Pseudonym>,
}

/// The demographics of a patient. Stored only in encrypted form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demographics {
    /// The facility's own id of the patient, sent as `patient.referenceNumber`.
    pub reference: Phi<String>,
    /// Full name, in any script.
    pub name: Phi<String>,
    /// The name in Latin letters, if the record system provides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_latin: Option<Phi<String>>,
    /// `M`, `F`, `O`, or `U` if unknown (ABDM's codes).
    pub gender: Phi<String>,
    /// Year of birth, if known or computed from an age.
    pub year_of_birth: Option<Phi<i32>>,
    /// Mobile number, last 10 digits.
    pub mobile: Option<Phi<String>>,
}

impl Demographics {
    /// The name that is sent to the network: in Latin letters if the record system provides it.
    pub fn name_for_network(&self) -> &str {
        self.name_latin.as_ref().unwrap_or(&self.name).reveal()
    }
}

/// A patient's ABHA. Stored only in encrypted form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abha {
    /// ABHA address, `name@abdm` or `name@sbx`, in lower case.
    pub address: Option<Phi<String>>,
    /// ABHA number of 14 digits.
    pub number: Option<Phi<String>>,
}

/// An event of a patient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, LogEvent)]
pub enum PatientEvent {
    /// The patient was registered.
    #[serde(rename = "patient.registered")]
    Registered {
        /// Id of the facility.
        facility: FacilityId,
        /// Pseudonyms by which the patient can be found.
        lookups: Lookups,
        /// Keyed digest of the demographics.
        digest: Pseudonym,
        /// The demographics.
        #[serde(skip)]
        #[sealed]
        demographics: Sealed<Demographics>,
    },
    /// The demographics changed.
    #[serde(rename = "patient.demographics_changed")]
    DemographicsChanged {
        /// Id of the facility.
        facility: FacilityId,
        /// Pseudonyms by which the patient can be found.
        lookups: Lookups,
        /// Keyed digest of the demographics.
        digest: Pseudonym,
        /// The demographics.
        #[serde(skip)]
        #[sealed]
        demographics: Sealed<Demographics>,
    },
    /// An ABHA was attached, or replaced by another one.
    #[serde(rename = "patient.abha_attached")]
    AbhaAttached {
        /// Id of the facility.
        facility: FacilityId,
        /// Pseudonyms of the ABHA.
        lookups: AbhaLookups,
        /// The ABHA itself.
        #[serde(skip)]
        #[sealed]
        abha: Sealed<Abha>,
    },
    /// The patient left ABDM.
    #[serde(rename = "patient.abha_detached")]
    AbhaDetached {
        /// Id of the facility.
        facility: FacilityId,
        /// The ABHA was deleted, not only deactivated. Not known in older events.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        deleted: bool,
    },
}
