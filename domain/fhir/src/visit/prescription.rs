//! A medicine ordered in the visit.

use serde::{Deserialize, Serialize};

use super::Moment;
use super::values::whole;

/// One line of the prescription.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Prescription {
    /// Line number in the record system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The medicine.
    pub generic_name: String,
    /// `Tablet`, `Syrup`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// `500 mg`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strength: Option<String>,
    /// SNOMED CT code of the medicine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_code: Option<String>,
    /// Term of that code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_term: Option<String>,
    /// How much at once: `1 Tablet`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dose: Option<String>,
    /// Word such as `Oral`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// SNOMED CT code of the route.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_sct_code: Option<String>,
    /// Term of that code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route_sct_term: Option<String>,
    /// Word of the record system: `Thrice Daily(TDS)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency: Option<String>,
    /// A number, usually, in `duration_unit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<String>,
    /// `Day(s)`, `Week(s)`, `Month(s)`, `Year(s)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_unit: Option<String>,
    /// For the patient.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
    /// What the medicine is for. The `term` of a diagnosis of this visit points at that diagnosis.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Pieces to hand out.
    #[serde(default, deserialize_with = "whole::some", skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
    /// The visit date when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prescribed_at: Option<Moment>,
}
