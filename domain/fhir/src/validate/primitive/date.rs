//! Dates and times of the calendar, whole or in part.

use std::cmp::Ordering;

/// `2026`, `2026-05` or `2026-05-04`.
pub(super) fn is_date(text: &str) -> bool {
    Point::parse(text).is_some_and(|point| point.time.is_none())
}

/// A date, or a date with time and zone.
pub(super) fn is_date_time(text: &str) -> bool {
    Point::parse(text).is_some()
}

/// A date with time and zone.
pub(super) fn is_instant(text: &str) -> bool {
    Point::parse(text).is_some_and(|point| point.time.is_some())
}

/// `10:30:00`, without zone.
pub(super) fn is_time(text: &str) -> bool {
    clock(text).is_some_and(|(_, rest)| rest.is_empty())
}

/// How two points of time lie to each other, as far as both say.
pub(crate) struct Order;

impl Order {
    /// `None` if one of them is no date or when they are the same as far as both go.
    pub(crate) fn of(first: &str, second: &str) -> Option<Ordering> {
        let (first, second) = (Point::parse(first)?, Point::parse(second)?);
        let order = match (first.minute(), second.minute()) {
            (Some(one), Some(other)) => {
                let seconds = [&first, &second].map(|point| point.time.map(|time| time.second));
                one.cmp(&other).then(seconds[0].cmp(&seconds[1]))
            }
            // A day without time lies in no zone, so a day more or less proves nothing.
            _ if first.time.is_some() != second.time.is_some() => {
                let days = |point: &Point<'_>| point.day.and_then(|_| point.day_number());
                match (days(&first), days(&second)) {
                    (Some(one), Some(other)) if (one - other).abs() > 1 => one.cmp(&other),
                    _ => first.year.cmp(&second.year),
                }
            }
            _ => first
                .year
                .cmp(&second.year)
                .then(both(first.month, second.month))
                .then(both(first.day, second.day)),
        };
        Some(order).filter(|order| order.is_ne())
    }
}

fn both(first: Option<u32>, second: Option<u32>) -> Ordering {
    match (first, second) {
        (Some(first), Some(second)) => first.cmp(&second),
        _ => Ordering::Equal,
    }
}

struct Point<'t> {
    year: u32,
    month: Option<u32>,
    day: Option<u32>,
    time: Option<Time<'t>>,
}

#[derive(Clone, Copy)]
struct Time<'t> {
    minutes: i64,
    /// With its fraction; texts of one form compare like numbers.
    second: &'t str,
    zone_minutes: i64,
}

impl<'t> Point<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let (year, rest) = digits(text, 4).filter(|(year, _)| *year > 0)?;
        let mut point = Self { year, month: None, day: None, time: None };
        if rest.is_empty() {
            return Some(point);
        }
        let (month, rest) = digits(rest.strip_prefix('-')?, 2)?;
        point.month = Some(month).filter(|month| (1..=12).contains(month));
        point.month?;
        if rest.is_empty() {
            return Some(point);
        }
        let (day, rest) = digits(rest.strip_prefix('-')?, 2)?;
        point.day = Some(day).filter(|day| (1..=days_in(year, month)).contains(day));
        point.day?;
        if rest.is_empty() {
            return Some(point);
        }
        let ((minutes, second), zone) = clock(rest.strip_prefix('T')?)?;
        point.time = Some(Time { minutes, second, zone_minutes: zone_minutes(zone)? });
        Some(point)
    }

    /// Days since the year 0, for comparison only.
    fn day_number(&self) -> Option<i64> {
        let (year, month, day) = (self.year, self.month?, self.day?);
        let before: u32 = (1..month).map(|month| days_in(year, month)).sum();
        let leaps = (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400;
        Some(i64::from(year * 365 + leaps + before + day))
    }

    /// Minutes in universal time.
    fn minute(&self) -> Option<i64> {
        let time = self.time?;
        Some(self.day_number()? * 24 * 60 + time.minutes - time.zone_minutes)
    }
}

/// Minutes of the day, the seconds as they are written, and what follows.
fn clock(text: &str) -> Option<((i64, &str), &str)> {
    let (hour, rest) = digits(text, 2).filter(|(hour, _)| *hour < 24)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2).filter(|(minute, _)| *minute < 60)?;
    let seconds = rest.strip_prefix(':')?;
    // Sixty is a leap second.
    let (_, mut rest) = digits(seconds, 2).filter(|(second, _)| *second <= 60)?;
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
        if rest.len() == fraction.len() {
            return None;
        }
    }
    let second = &seconds[..seconds.len() - rest.len()];
    Some(((i64::from(hour * 60 + minute), second), rest))
}

fn zone_minutes(text: &str) -> Option<i64> {
    if text == "Z" {
        return Some(0);
    }
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = digits(&text[1..], 2)?;
    let (minutes, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let is_on_earth = rest.is_empty() && minutes < 60 && hours * 60 + minutes <= 14 * 60;
    is_on_earth.then(|| sign * i64::from(hours * 60 + minutes))
}

/// That many digits, and what follows.
#[inline]
fn digits(text: &str, count: usize) -> Option<(u32, &str)> {
    let (head, rest) = text.split_at_checked(count)?;
    let mut number = 0;
    for byte in head.bytes() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u32::from(digit);
    }
    Some((number, rest))
}

fn days_in(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for sound in ["2026", "2026-05", "2024-02-29", "2000-02-29", "2026-12-31"] {
            assert!(is_date(sound), "{sound}");
        }
        for wrong in [
            "",
            "0000",
            "26",
            "2026-",
            "2026-13",
            "2026-00",
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-5-4",
            "2026/05/04",
            "2026-05-04T",
            "20260504",
            "２０２６",
        ] {
            assert!(!is_date(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_time_has_seconds_and_a_zone() {
        for sound in
            ["2026-05-04T10:30:00Z", "2026-05-04T23:59:60.123+05:30", "2026-05-04T00:00:00-14:00"]
        {
            assert!(is_instant(sound) && is_date_time(sound), "{sound}");
        }
        for wrong in [
            "2026-05-04T10:30:00",
            "2026-05-04T10:30Z",
            "2026-05-04T24:00:00Z",
            "2026-05-04T10:60:00Z",
            "2026-05-04T10:30:61Z",
            "2026-05-04T10:30:00.Z",
            "2026-05-04T10:30:00+15:00",
            "2026-05-04T10:30:00+05:75",
            "2026-05-04 10:30:00Z",
            "2026-05T10:30:00Z",
            "2026-05-04T10:30:00+5:30",
        ] {
            assert!(!is_date_time(wrong), "{wrong}");
        }
        assert!(is_time("10:30:00.5") && !is_time("10:30") && !is_time("10:30:00Z"));
    }

    #[test]
    fn points_of_time_are_compared_as_far_as_both_say() {
        use Ordering::{Greater, Less};
        for (first, second, order) in [
            ("2026-05-04T10:00:00+05:30", "2026-05-04T05:00:00Z", Some(Less)),
            ("2026-05-04T10:00:00.5Z", "2026-05-04T10:00:00.25Z", Some(Greater)),
            ("2026", "2026-05-04", None),
            ("2026-06", "2026-05-04", Some(Greater)),
            ("2026-05-04", "2026-05-04T01:00:00+05:30", None),
            ("2026-05-01", "2026-05-04T01:00:00+05:30", Some(Less)),
            ("2026-05-04", "never", None),
        ] {
            assert_eq!(Order::of(first, second), order, "{first} {second}");
        }
    }
}
