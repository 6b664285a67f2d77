//! What the figures of a comparison mean.

use hip_domain::discovery::MatchedBy;
use hip_domain::discovery::comparison::{Comparison, GenderComparison, RecordNumberComparison};

/// From where on two people count as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thresholds {
    /// The least likeness of the names, 0 to 100.
    pub name_score_min: u8,
    /// How many years the years of birth may differ: at a desk they are often guessed.
    pub year_tolerance: u16,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { name_score_min: 85, year_tolerance: 2 }
    }
}

/// Whether someone who shares the mobile number is the patient who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// They are.
    Recognised {
        /// By what, in the order in which the network is told.
        matched_by: Vec<MatchedBy>,
    },
    /// They are somebody else, or not surely enough the same.
    Other(Difference),
}

/// What speaks against two people being one: the first thing that does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// The typed record number is not theirs.
    RecordNumber,
    /// Their gender is another.
    Gender,
    /// Their year of birth is too far away.
    YearOfBirth,
    /// Their name is another.
    Name,
}

/// Judges someone who was found by a verified mobile number.
///
/// A typed record number decides for them or against them; without one, gender, year of birth and
/// name all have to agree.
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
