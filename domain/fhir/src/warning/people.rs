//! Patient and practitioners.

use chrono::{Datelike as _, NaiveDate};

use super::{Found, WarningRule};
use crate::visit::{Age, AgeUnit, VisitDocument};

pub(super) fn check(visit: &VisitDocument, found: &mut Found) {
    age(visit, found);
    let patient = &visit.beneficiary;
    if patient.deceased_date.is_some() && patient.deceased == Some(false) {
        let text = "contradicts beneficiary.deceasedDate, which is sent";
        found.add("beneficiary.deceased", WarningRule::TimeOrder, text);
    }
    let people = visit.practitioner.as_slice();
    for (index, person) in people.iter().enumerate() {
        if people[..index].iter().any(|other| other.user_id == person.user_id) {
            let text = "has the userId of a practitioner before it";
            found.add(format!("practitioner[{index}].userId"), WarningRule::Duplicate, text);
        }
    }
}

/// An age may be a unit off: some count the year of life that is going on.
fn age(visit: &VisitDocument, found: &mut Found) {
    let patient = &visit.beneficiary;
    let (Some(age), Some(birth)) = (&patient.age, &patient.date_of_birth) else {
        return;
    };
    let birth = birth.as_str();
    let (first, last) = match birth.len() {
        4 => (format!("{birth}-01-01"), format!("{birth}-12-31")),
        // The 28th is in every month; a few days do not matter at this precision.
        7 => (format!("{birth}-01"), format!("{birth}-28")),
        _ => (birth.to_owned(), birth.to_owned()),
    };
    let seen = visit.visit.visit_date.at_facility().date_naive();
    let at = |born: &str| born.parse().ok().map(|born| units(age, born, seen));
    if let (Some(most), Some(least)) = (at(&first), at(&last))
        && !(least.saturating_sub(1)..=most.saturating_add(1)).contains(&age.value)
    {
        let text = "does not fit beneficiary.dateOfBirth, which is sent";
        found.add("beneficiary.age", WarningRule::Age, text);
    }
}

/// How old somebody born on that day is, in the unit of `age`.
fn units(age: &Age, born: NaiveDate, seen: NaiveDate) -> i64 {
    let days = seen.signed_duration_since(born).num_days();
    let months = months_since_year_0(seen)
        .saturating_sub(months_since_year_0(born))
        .saturating_sub(i64::from(seen.day() < born.day()));
    match age.unit {
        AgeUnit::Years => months.div_euclid(12),
        AgeUnit::Months => months,
        AgeUnit::Days => days,
        // The hour of birth is not known: anything within a day fits.
        AgeUnit::Hours => {
            let hours = days.saturating_mul(24);
            if age.value.abs_diff(hours) <= 24 { age.value } else { hours }
        }
    }
}

fn months_since_year_0(day: NaiveDate) -> i64 {
    i64::from(day.year()).saturating_mul(12).saturating_add(day.month().into())
}
