//! What was said, found and done in the visit.

use serde::{Deserialize, Serialize};

use super::Moment;
use super::values::whole;

/// Why the patient came.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChiefComplaint {
    /// In the words of the record.
    pub complaint: String,
    /// SNOMED CT code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_code: Option<String>,
    /// Term of that code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_term: Option<String>,
    /// Since how long, in `duration_unit`; zero says nothing.
    #[serde(default, deserialize_with = "whole::some", skip_serializing_if = "Option::is_none")]
    pub duration: Option<i64>,
    /// Word such as `Days`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_unit: Option<String>,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was written down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<Moment>,
}

/// What the practitioner concluded.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Diagnosis {
    /// In the words of the record.
    pub term: String,
    /// SNOMED CT code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_code: Option<String>,
    /// Term of that code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_term: Option<String>,
    /// ICD-10 code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icd10_code: Option<String>,
    /// Term of that code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icd10_term: Option<String>,
    /// Not known when absent, unless the term says it, as `Dengue ruled out` does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certainty: Option<Certainty>,
    /// When it was written down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<Moment>,
}

/// How sure a diagnosis is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Certainty {
    /// Too little is known to call it anything more.
    #[serde(rename = "unconfirmed")]
    Unconfirmed,
    /// A working diagnosis.
    #[serde(rename = "provisional")]
    Provisional,
    /// One of several that could be it.
    #[serde(rename = "differential")]
    Differential,
    /// Established.
    #[serde(rename = "confirmed")]
    Confirmed,
    /// Ruled out.
    #[serde(rename = "refuted")]
    Refuted,
}

/// A known allergy.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Allergy {
    /// Kind of substance.
    #[serde(rename = "type")]
    pub kind: AllergyKind,
    /// The substance or the allergy; an entry without it cannot be told to anyone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// SNOMED CT code of the term.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_code: Option<String>,
    /// What happens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reaction: Option<String>,
    /// In the words of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// When it was written down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<Moment>,
}

/// What an allergy is against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AllergyKind {
    /// A medicine.
    #[serde(rename = "drugs")]
    Drugs,
    /// Food.
    #[serde(rename = "food")]
    Food,
    /// Dust, pollen, animals.
    #[serde(rename = "environmental")]
    Environmental,
}

/// Something done to the patient.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Procedure {
    /// In the words of the record.
    pub name: String,
    /// SNOMED CT code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_code: Option<String>,
    /// Time of the procedure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub performed_at: Option<Moment>,
    /// In the words of the record; not known when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
}

/// Where the patient was sent on to.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Referral {
    /// Facility or department.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Reason of the referral, as free text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// SNOMED CT code of the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_code: Option<String>,
}
