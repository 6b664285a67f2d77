//! The similarity of a requesting patient and a stored patient, in numbers without personal data.

use serde::{Deserialize, Serialize};

use crate::id::SubjectId;

/// A candidate with the same verified mobile number, and its comparison. It is stored so that the decision can be
/// explained, and repeated with other thresholds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// The subject id of the candidate.
    pub subject: SubjectId,
    /// The comparison.
    #[serde(flatten)]
    pub comparison: Comparison,
    /// Whether the candidate was matched.
    pub recognised: bool,
}

/// The similarity of a requesting patient and a stored patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Similarity of the names, from 0 (nothing in common) to 100 (the same words).
    pub name_score: u8,
    /// Whether the genders agree.
    pub gender: GenderComparison,
    /// Difference of the years of birth; `None` if one of them is unknown.
    pub year_difference: Option<u16>,
    /// Whether the entered record number is that of the stored patient.
    pub record_number: RecordNumberComparison,
}

/// Comparison of two genders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GenderComparison {
    /// Both are known and equal.
    Agree,
    /// Both are known and different.
    Differ,
    /// At least one is unknown, which is no contradiction.
    Unknown,
}

/// Comparison of an entered record number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordNumberComparison {
    /// No record number was entered.
    NotGiven,
    /// It is that of the stored patient.
    Same,
    /// It is a different one.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_names_do_not_change() {
        let comparison = Comparison {
            name_score: 97,
            gender: GenderComparison::Agree,
            year_difference: Some(1),
            record_number: RecordNumberComparison::NotGiven,
        };
        let stored =
            r#"{"name_score":97,"gender":"agree","year_difference":1,"record_number":"not_given"}"#;
        assert_eq!(serde_json::to_string(&comparison).unwrap(), stored);
        assert_eq!(serde_json::from_str::<Comparison>(stored).unwrap(), comparison);
    }
}
