//! Finds the patient of a discovery: one patient or none.
//!
//! A verified ABHA address or number is sufficient. A mobile number is shared in families, so it only yields
//! candidates. [`compare`] computes the similarity of each candidate and [`judge`] decides: gender, year of birth and
//! name must agree, or the facility's own record number must. If several candidates remain, [`choose`] takes the one
//! with the most matching identifiers, or none. Unverified input is never sufficient.

mod name;
mod rank;
mod verdict;
mod what_if;

use hip_domain::discovery::DiscoveryQuery;
use hip_domain::discovery::comparison::{Comparison, GenderComparison, RecordNumberComparison};
use hip_domain::patient::Demographics;
use hip_domain::sensitive::Phi;

pub use name::{in_latin, is_latin, score as name_score};
pub use rank::{Choice, choose};
pub use verdict::{Difference, Thresholds, Verdict, judge};
pub use what_if::{RankChange, Redecided, WhatIf};

/// Compares the patient of a discovery with a stored patient.
pub fn compare(query: &DiscoveryQuery, ours: &Demographics) -> Comparison {
    Comparison {
        name_score: name::score(query.name.reveal(), ours.name.reveal()),
        gender: genders(query.gender.reveal(), ours.gender.reveal()),
        year_difference: years(query.year_of_birth.as_ref(), ours.year_of_birth.as_ref()),
        record_number: record_numbers(query, ours.reference.reveal()),
    }
}

/// `M`, `F`, or other: a record system with three genders uses `O` for `T` and `D`.
fn genders(asked: &str, ours: &str) -> GenderComparison {
    let read = |gender: &str| match gender.trim().chars().next().map(|c| c.to_ascii_uppercase()) {
        Some(known @ ('M' | 'F')) => Some(known),
        Some('O' | 'T' | 'D') => Some('O'),
        Some(_) | None => None,
    };
    match (read(asked), read(ours)) {
        (Some(asked), Some(ours)) if asked == ours => GenderComparison::Agree,
        (Some(_), Some(_)) => GenderComparison::Differ,
        (None, _) | (_, None) => GenderComparison::Unknown,
    }
}

fn years(asked: Option<&Phi<i32>>, ours: Option<&Phi<i32>>) -> Option<u16> {
    let difference = asked?.reveal().abs_diff(*ours?.reveal());
    Some(u16::try_from(difference).unwrap_or(u16::MAX))
}

/// A patient may enter several record numbers; one of them must match.
fn record_numbers(query: &DiscoveryQuery, ours: &str) -> RecordNumberComparison {
    let typed = query.unverified.iter().filter(|(kind, _)| kind == "MR");
    let mut typed = typed.map(|(_, value)| value.reveal().trim()).peekable();
    if typed.peek().is_none() {
        return RecordNumberComparison::NotGiven;
    }
    if typed.any(|number| number.eq_ignore_ascii_case(ours.trim())) {
        RecordNumberComparison::Same
    } else {
        RecordNumberComparison::Other
    }
}

#[cfg(test)]
mod tests;
