//! Where the patient was seen.

use serde::{Deserialize, Serialize};

use super::values::whole;

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
