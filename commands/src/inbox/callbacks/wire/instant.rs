//! Parses the time formats of the network.
//!
//! With or without a time zone (default UTC), `T` or a space as separator, 0 to 9 fraction digits, or a date alone.
//! The result is truncated to milliseconds, so that the same time in different precisions is equal.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))] // numbers and instants here come from outside

use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeDelta, Utc,
};

/// Accepted years. Others are mistakes, and not every database can store them.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=9999;

/// Longer texts are rejected, in bytes.
const TEXT_LENGTH_MAX: usize = 64;

/// Parses a time. A date alone is the start of that day.
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    read(text, |day| Some(day.and_time(NaiveTime::MIN)))
}

/// Parses the end of a period. A date alone is the last millisecond of that day.
pub fn end_instant(text: &str) -> Option<DateTime<Utc>> {
    read(text, |day| {
        let next = day.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN);
        next.checked_sub_signed(TimeDelta::milliseconds(1))
    })
}

fn read(
    text: &str,
    of_day: impl FnOnce(NaiveDate) -> Option<NaiveDateTime>,
) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if text.len() > TEXT_LENGTH_MAX {
        return None;
    }
    let at = moment(text).or_else(|| {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
        Some(of_day(day)?.and_utc())
    })?;
    within_years(at).map(|at| at.trunc_subsecs(3))
}

/// The time, if its year is accepted.
pub fn within_years(at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    YEARS.contains(&at.year()).then_some(at)
}

fn moment(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(&text.replacen(' ', "T", 1)) {
        return Some(at.to_utc());
    }
    let formats =
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let naive = formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    if let Some(at) = naive {
        return Some(at.and_utc());
    }
    // An offset without a colon, as Java writes it.
    let at = DateTime::parse_from_str(&text.replacen(' ', "T", 1), "%Y-%m-%dT%H:%M:%S%.f%z");
    at.ok().map(|at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_time_is_read() {
        let expected = instant("2026-01-01T00:00:00Z");
        assert!(expected.is_some());
        for text in [
            "2026-01-01T00:00:00.000Z",
            "2026-01-01T00:00:00.000000001Z",
            "2026-01-01T05:30:00+05:30",
            "2026-01-01T05:30:00.000+0530",
            "2026-01-01 00:00:00.000000",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00",
            "2026-01-01",
        ] {
            assert_eq!(instant(text), expected, "{text}");
        }
        assert_eq!(instant("tomorrow"), None);
    }

    #[test]
    fn the_end_of_a_date_alone_is_the_end_of_that_day() {
        assert_eq!(end_instant("2026-12-31"), instant("2026-12-31T23:59:59.999Z"));
        assert_eq!(end_instant("2026-12-31T10:00:00Z"), instant("2026-12-31T10:00:00Z"));
    }

    #[test]
    fn years_that_are_mistakes_are_refused() {
        for text in [
            "-100000-01-01",
            "+262142-12-31T23:59:59Z",
            "10000-01-01",
            "1899-12-31T23:59:59Z",
            "9999-12-31T23:59:59-05:30",
            "0000-00-00",
        ] {
            assert_eq!((instant(text), end_instant(text)), (None, None), "{text}");
        }
        assert!(end_instant("9999-12-31").is_some());
        assert!(instant("1900-01-01").is_some());
    }
}
