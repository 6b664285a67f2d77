//! Decides whether a comparison is a match.

use hip_domain::discovery::MatchedBy;
use hip_domain::discovery::comparison::{Comparison, GenderComparison, RecordNumberComparison};

/// Thresholds for a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// Minimum similarity of the names, 0 to 100.
    pub name_score_min: u8,
    /// Maximum difference of the years of birth. They are often estimated.
    pub year_tolerance: u16,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { name_score_min: 85, year_tolerance: 2 }
    }
}

/// The decision on a candidate with the same mobile number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The candidate is the patient.
    Recognised {
        /// The matching identifiers, in the order in which they are reported.
        matched_by: Vec<MatchedBy>,
    },
    /// The candidate is a different person, or the match is not certain enough.
    Other(Difference),
}

/// The first criterion that does not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// The record number differs.
    RecordNumber,
    /// The gender differs.
    Gender,
    /// The years of birth differ too much.
    YearOfBirth,
    /// The names differ too much.
    Name,
}

/// Decides on a candidate with the same verified mobile number.
///
/// If the patient entered a record number, only that decides. Otherwise gender and year of birth must not
/// differ, and the names must be similar enough. An unknown gender or year counts as no difference.
pub fn judge(comparison: &Comparison, thresholds: &Thresholds) -> Verdict {
    match comparison.record_number {
        RecordNumberComparison::Same => {
            return Verdict::Recognised { matched_by: vec![MatchedBy::Mobile, MatchedBy::Mr] };
        }
        RecordNumberComparison::Other => return Verdict::Other(Difference::RecordNumber),
        RecordNumberComparison::NotGiven => {}
    }
    if comparison.gender == GenderComparison::Differ {
        return Verdict::Other(Difference::Gender);
    }
    if comparison.year_difference.is_some_and(|years| years > thresholds.year_tolerance) {
        return Verdict::Other(Difference::YearOfBirth);
    }
    if comparison.name_score < thresholds.name_score_min {
        return Verdict::Other(Difference::Name);
    }
    Verdict::Recognised { matched_by: vec![MatchedBy::Mobile] }
}
