//! How far a patient who asks resembles one of ours, in figures that say nothing of either.

use serde::{Deserialize, Serialize};

use crate::id::SubjectId;

/// Somebody who shares a verified mobile number with the patient who asks, and how they compare: so
/// that a decision can be explained, and made again with other thresholds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// Who.
    pub subject: SubjectId,
    /// The figures.
    #[serde(flatten)]
    pub comparison: Comparison,
    /// Whether they were taken for the one who asks.
    pub recognised: bool,
}

/// How far a patient who asks resembles one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// Likeness of the names: 0, nothing in common, to 100, the same words.
    pub name_score: u8,
    /// Whether the genders agree.
    pub gender: GenderComparison,
    /// Years between the years of birth; `None` if one of them is not known.
    pub year_difference: Option<u16>,
    /// Whether the record number that the patient typed is this person's.
    pub record_number: RecordNumberComparison,
}

/// Whether two genders agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GenderComparison {
    /// Both are known and the same.
    Agree,
    /// Both are known and differ.
    Differ,
    /// One of them is not known, which contradicts nothing.
    Unknown,
}

/// Whether a typed record number is somebody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordNumberComparison {
    /// None was typed.
    NotGiven,
    /// It is this person's.
    Same,
    /// It is not.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_keeps_its_names() {
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
