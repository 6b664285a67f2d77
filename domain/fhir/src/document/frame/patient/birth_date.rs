//! The date of birth that an age at a visit allows.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))] // numbers and instants here come from outside

use chrono::{DateTime, Days, FixedOffset, Months, TimeDelta};

use crate::visit::{Age, AgeUnit, Moment};

/// To the day, the month or the year in which all births of that age lie; none when they lie in two
/// years. Somebody who is 34 on any day but the last of a year was born in one of two years.
pub(super) fn of(age: &Age, visit: &Moment) -> Option<String> {
    let visit = visit.at_facility();
    let latest = before(visit, age.unit, age.value)?;
    let earliest = before(visit, age.unit, age.value.checked_add(1)?)?;
    let earliest = match age.unit {
        // Born on that day they would be a unit older.
        AgeUnit::Years | AgeUnit::Months => earliest.checked_add_days(Days::new(1))?,
        AgeUnit::Days => earliest,
        AgeUnit::Hours => earliest.checked_add_signed(TimeDelta::seconds(1))?,
    };
    let [earliest, latest] = [earliest, latest].map(|birth| birth.date_naive().to_string());
    let same = |length: usize| earliest.get(..length).filter(|part| latest.starts_with(*part));
    same(10).or_else(|| same(7)).or_else(|| same(4)).map(str::to_owned)
}

fn before(
    visit: DateTime<FixedOffset>,
    unit: AgeUnit,
    count: i64,
) -> Option<DateTime<FixedOffset>> {
    let months = |count: i64| visit.checked_sub_months(Months::new(count.try_into().ok()?));
    match unit {
        AgeUnit::Years => months(count.checked_mul(12)?),
        AgeUnit::Months => months(count),
        AgeUnit::Days => visit.checked_sub_days(Days::new(count.try_into().ok()?)),
        AgeUnit::Hours => visit.checked_sub_signed(TimeDelta::try_hours(count)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn born(value: i64, unit: AgeUnit, visit: &str) -> Option<String> {
        of(&Age { value, unit }, &Moment::parse(visit).unwrap())
    }

    #[test]
    fn only_what_the_age_leaves_no_choice_about_is_told() {
        let noon = "2026-03-02T12:00:00+05:30";
        assert_eq!(born(34, AgeUnit::Years, noon), None);
        assert_eq!(born(34, AgeUnit::Years, "2026-01-01T02:00:00+05:30"), None);
        assert_eq!(born(34, AgeUnit::Years, "2026-12-31T12:00:00+05:30").as_deref(), Some("1992"));
        assert_eq!(
            born(5, AgeUnit::Months, "2026-03-31T12:00:00+05:30").as_deref(),
            Some("2025-10")
        );
        assert_eq!(born(5, AgeUnit::Months, noon).as_deref(), Some("2025"));
        assert_eq!(born(2, AgeUnit::Months, noon), None);
        assert_eq!(born(10, AgeUnit::Days, noon).as_deref(), Some("2026-02"));
        assert_eq!(born(6, AgeUnit::Hours, noon).as_deref(), Some("2026-03-02"));
        assert_eq!(born(11, AgeUnit::Hours, noon).as_deref(), Some("2026-03-02"));
        let later = "2026-03-02T12:30:00+05:30";
        assert_eq!(born(12, AgeUnit::Hours, later).as_deref(), Some("2026-03"));
        assert_eq!(born(30, AgeUnit::Hours, noon).as_deref(), Some("2026-03-01"));
    }

    #[test]
    fn the_day_is_that_of_the_facility() {
        let visit = "2026-03-01T23:30:00Z";
        assert_eq!(born(1, AgeUnit::Hours, visit).as_deref(), Some("2026-03-02"));
    }

    #[test]
    fn an_age_beyond_time_says_nothing() {
        assert_eq!(born(i64::MAX, AgeUnit::Years, "2026-03-02T12:00:00+05:30"), None);
    }
}
