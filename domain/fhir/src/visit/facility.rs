//! Who saw the patient, and where.

use serde::{Deserialize, Serialize};

use super::{PartialDate, whole};

/// The facility, as the Health Facility Registry knows it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Facility {
    /// Registry number, as `IN0910012345`.
    pub abdm_facility_id: String,
    /// Registered name.
    pub abdm_facility_name: String,
    /// The operator's number in the record system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_provider_id: Option<String>,
    /// The operator, such as a state health mission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_provider_name: Option<String>,
    /// Place within the district.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_name: Option<String>,
    /// Street address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// District.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// State.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Internal to the record system.
    #[serde(default, deserialize_with = "whole::some", skip_serializing_if = "Option::is_none")]
    pub provider_service_map_id: Option<i64>,
    /// The mobile unit; internal to the record system.
    #[serde(default, deserialize_with = "whole::some", skip_serializing_if = "Option::is_none")]
    pub van_id: Option<i64>,
}

/// The person who answers for the visit.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Practitioner {
    /// Login number in the record system.
    pub user_id: String,
    /// Name in any script.
    pub full_name: String,
    /// Healthcare Professionals Registry number, `NN-NNNN-NNNN-NNNN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hpr_id: Option<String>,
    /// The employer's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employee_id: Option<String>,
    /// Phone at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_no: Option<String>,
    /// Mail at work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// As printed under the name: `MBBS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qualification: Option<String>,
    /// Post held: `Medical Officer`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub designation: Option<String>,
    /// In the words of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// Internal; never leaves in a document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_of_birth: Option<PartialDate>,
}
