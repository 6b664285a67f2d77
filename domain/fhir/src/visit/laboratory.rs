//! Tests and their results.

use serde::{Deserialize, Serialize};

use serde::Deserializer;
use serde_json::value::RawValue;

use super::values::whole;
use super::{Attachment, Decimal, Moment};

/// A test; without components it is an order that has no result yet.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LabTest {
    /// Number of the test in the record system.
    #[serde(deserialize_with = "whole::required")]
    pub procedure_id: i64,
    /// Name of the test.
    pub procedure_name: String,
    /// LOINC code of the test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loinc_code: Option<String>,
    /// Term of that code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loinc_term: Option<String>,
    /// When it was ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordered_at: Option<Moment>,
    /// When the result came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result_at: Option<Moment>,
    /// Of the laboratory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<String>,
    /// Of the interpreter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conclusion: Option<String>,
    /// Name of the interpreter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interpreted_by: Option<String>,
    /// What was examined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specimen: Option<LabSpecimen>,
    /// The results.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<LabComponent>,
}

impl LabTest {
    /// Whether anything came out yet: components alone may be what is still to be measured.
    pub fn has_results(&self) -> bool {
        self.components.iter().any(|component| component.value.is_some())
    }
}

/// What was examined.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LabSpecimen {
    /// SNOMED CT code of the material.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_code: Option<String>,
    /// Term of that code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sct_term: Option<String>,
    /// When it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collected_at: Option<Moment>,
    /// When the laboratory got it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Moment>,
}

/// One result.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LabComponent {
    /// Number in the record system.
    #[serde(default, deserialize_with = "whole::some", skip_serializing_if = "Option::is_none")]
    pub component_id: Option<i64>,
    /// What was measured.
    pub name: String,
    /// LOINC code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loinc_code: Option<String>,
    /// Term of that code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loinc_term: Option<String>,
    /// Absent when there is no result yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<LabValue>,
    /// In the words of the laboratory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The unit as a UCUM code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ucum_code: Option<String>,
    /// Lower end of normal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range_min: Option<Decimal>,
    /// Upper end of normal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range_max: Option<Decimal>,
    /// Of the laboratory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remarks: Option<String>,
}

/// A result: measured, or in words.
#[derive(Clone, Serialize)]
#[serde(untagged)]
pub enum LabValue {
    /// A JSON number, kept as written.
    Number(Decimal),
    /// A JSON string; it may still look like a number.
    Text(String),
}

impl<'de> Deserialize<'de> for LabValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        if raw.get().starts_with('"') {
            return serde_json::from_str(raw.get()).map(Self::Text).map_err(D::Error::custom);
        }
        Decimal::from_raw(raw).map(Self::Number).ok_or_else(|| D::Error::custom("not a result"))
    }
}

/// Imaging with its report.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImagingReport {
    /// Name of the study.
    pub name: String,
    /// LOINC code of the study.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loinc_code: Option<String>,
    /// Term of that code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loinc_term: Option<String>,
    /// DICOM modality: `DX`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modality: Option<String>,
    /// When it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported_at: Option<Moment>,
    /// What was seen.
    pub conclusion: String,
    /// One picture of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Attachment>,
}
