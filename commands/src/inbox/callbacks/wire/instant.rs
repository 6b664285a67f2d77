//! Times as the network writes them.
//!
//! With or without zone (none is UTC), `T` or a space, 0 to 9 fraction digits, or a date alone. They
//! are kept to the millisecond, so that two senders who name one moment with other precision agree.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))] // numbers and instants here come from outside

use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeDelta, Utc,
};

/// The years in which a time can lie. Others are mistakes, and databases do not take them all.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=9999;

/// The longest text that is looked at, in bytes.
const TEXT_LENGTH_MAX: usize = 64;

/// A moment; a date alone is the first moment of that day.
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    read(text, |day| Some(day.and_time(NaiveTime::MIN)))
}

/// The end of a period; a date alone is the last millisecond of that day.
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

/// A moment, if it lies in a year that a time can lie in.
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
    // An offset without a colon, as Java prints it.
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
