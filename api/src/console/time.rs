//! Times in the zone of the session.

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};

/// The zone in which a session shows times and takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    /// India: UTC+05:30, all year.
    Ist,
    Utc,
}

/// Seconds by which India is ahead of UTC.
const IST_S: i32 = 5 * 3600 + 1800;

/// A moment, for machines and for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    /// UTC, for `datetime`.
    pub(crate) machine: String,
    /// In the zone of the session.
    pub(crate) text: String,
}

impl Zone {
    /// The zone with this code; India for an unknown one.
    pub(crate) fn of(code: &str) -> Self {
        if code == Self::Utc.code() { Self::Utc } else { Self::Ist }
    }

    /// The code in the session.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Ist => "ist",
            Self::Utc => "utc",
        }
    }

    /// The name for people.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ist => "IST",
            Self::Utc => "UTC",
        }
    }

    fn offset(self) -> FixedOffset {
        let seconds = match self {
            Self::Ist => IST_S,
            Self::Utc => 0,
        };
        FixedOffset::east_opt(seconds).expect("an offset below a day")
    }

    /// Date and time to the second.
    pub(crate) fn moment(self, at: DateTime<Utc>) -> Moment {
        let text = at.with_timezone(&self.offset()).format("%-d %b %Y %H:%M:%S");
        Moment { machine: machine(at), text: format!("{text} {}", self.name()) }
    }

    /// The date.
    pub(crate) fn day(self, at: DateTime<Utc>) -> Moment {
        let text = at.with_timezone(&self.offset()).format("%-d %b %Y").to_string();
        Moment { machine: machine(at), text }
    }

    /// Reads the value of an `<input type="datetime-local">`, with or without seconds; or a time with an offset of its own.
    pub(crate) fn read(self, text: &str) -> Option<DateTime<Utc>> {
        if let Ok(at) = DateTime::parse_from_rfc3339(text) {
            return Some(at.to_utc());
        }
        let formats = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"];
        let local = formats
            .iter()
            .find_map(|format| chrono::NaiveDateTime::parse_from_str(text, format).ok())
            .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?;
        local.and_local_timezone(self.offset()).single().map(|at| at.to_utc())
    }
}

fn machine(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// A duration, short: `0.4 s`, `12 s`, `3 min`, `5 h`, `2 d`.
pub(crate) fn short(duration: TimeDelta) -> String {
    let ms = duration.num_milliseconds().max(0);
    match ms {
        0..10_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        10_000..60_000 => format!("{} s", ms / 1_000),
        60_000..3_600_000 => format!("{} min", ms / 60_000),
        3_600_000..172_800_000 => format!("{} h", ms / 3_600_000),
        _ => format!("{} d", ms / 86_400_000),
    }
}

/// A number in groups as India writes them: `12,34,567`.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        let left = digits.len() - n;
        if n > 0 && (left == 3 || (left > 3 && left % 2 == 1)) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_and_read_in_the_zone_of_the_session() {
        let at = DateTime::parse_from_rfc3339("2026-09-14T20:00:07.5Z").unwrap().to_utc();
        assert_eq!(Zone::Ist.moment(at).text, "15 Sep 2026 01:30:07 IST");
        assert_eq!(Zone::Utc.moment(at).text, "14 Sep 2026 20:00:07 UTC");
        assert_eq!(Zone::Ist.moment(at).machine, "2026-09-14T20:00:07.500Z");
        let whole = at - TimeDelta::milliseconds(500);
        assert_eq!(Zone::Utc.read("2026-09-14T20:00:07"), Some(whole));
        assert_eq!(Zone::Ist.read("2026-09-15T01:30:07"), Some(whole));
        assert_eq!(Zone::Ist.read("2026-09-15"), Zone::Utc.read("2026-09-14T18:30"));
        assert_eq!(Zone::Ist.read("2026-09-14T20:00:07Z"), Some(whole));
        assert_eq!(Zone::Ist.read("yesterday"), None);
    }

    #[test]
    fn numbers_are_grouped_as_in_india() {
        let shown = [0, 999, 1_000, 12_345, 123_456, 12_345_678, -1_000].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "12,345", "1,23,456", "1,23,45,678", "-1,000"]);
    }

    #[test]
    fn durations_are_short() {
        let shown = [400, 12_000, 180_000, 18_000_000, 172_800_000, -5]
            .map(|ms| short(TimeDelta::milliseconds(ms)));
        assert_eq!(shown, ["0.4 s", "12 s", "3 min", "5 h", "2 d", "0.0 s"]);
    }
}
