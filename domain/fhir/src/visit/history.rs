//! What was true before the visit.

use serde::{Deserialize, Serialize};

use super::values::whole;
use super::{Moment, PartialDate};

/// An earlier or lasting illness.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PastCondition {
    /// In the words of the record.
    pub term: String,
    /// SNOMED CT code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_code: Option<String>,
    /// ICD-10 code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icd10_code: Option<String>,
    /// Onset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<PartialDate>,
    /// In the words of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// A medicine taken before the visit.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CurrentMedication {
    /// In the words of the record.
    pub name: String,
    /// SNOMED CT code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_code: Option<String>,
    /// Term of that code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_term: Option<String>,
    /// Taken since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<PartialDate>,
    /// When it was written down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<Moment>,
}

/// An illness in the family.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FamilyHistory {
    /// Relatives that have or had it: `Father`.
    pub relations: Vec<String>,
    /// The illness, in the words of the record.
    pub term: String,
    /// SNOMED CT code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_code: Option<String>,
}

/// A vaccine dose, given or due.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Immunization {
    /// In the words of the record.
    pub vaccine_name: String,
    /// SNOMED CT code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_code: Option<String>,
    /// Term of that code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_term: Option<String>,
    /// When the schedule wants it: `6 Weeks`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_age: Option<String>,
    /// When it was given; not given when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_date: Option<PartialDate>,
    /// When it is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_date: Option<PartialDate>,
    /// Where it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facility_name: Option<String>,
    /// From 1.
    #[serde(default, deserialize_with = "whole::some", skip_serializing_if = "Option::is_none")]
    pub dose_number: Option<i64>,
    /// Doses of the whole series, from 1.
    #[serde(default, deserialize_with = "whole::some", skip_serializing_if = "Option::is_none")]
    pub series_doses: Option<i64>,
    /// On the vial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot_number: Option<String>,
    /// On the vial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    /// On the vial.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expiry_date: Option<PartialDate>,
    /// When it was written down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<Moment>,
}
