//! Times and dates that keep the precision and the zone in which they were written.

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A date and time with zone (RFC 3339), kept as written: a `dateTime` and an `instant` of FHIR.
#[derive(Clone, PartialEq, Eq)]
pub struct Moment {
    text: String,
    at: DateTime<FixedOffset>,
}

impl Moment {
    /// Reads RFC 3339 with seconds and zone; none when there is no such day, time or zone.
    pub fn parse(text: &str) -> Option<Self> {
        let at = DateTime::parse_from_rfc3339(text).ok()?;
        // FHIR knows zones up to 14 hours and no year 0; RFC 3339 also has `t`, `z` and a blank.
        let known_zone = at.offset().local_minus_utc().abs() <= 14 * 3600;
        let shaped = text.as_bytes().get(10) == Some(&b'T') && !text.ends_with('z');
        (known_zone && shaped && !text.starts_with("0000"))
            .then(|| Self { text: text.to_owned(), at })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// For a narrative: day, minute and zone, as written.
    pub(crate) fn for_people(&self) -> String {
        self.at.format("%Y-%m-%d %H:%M %:z").to_string()
    }

    /// Date and time at the facility, whichever zone the sender wrote.
    pub fn at_facility(&self) -> DateTime<FixedOffset> {
        self.at.with_timezone(&facility_zone())
    }

    /// The point in time.
    pub fn at(&self) -> DateTime<FixedOffset> {
        self.at
    }
}

/// Every facility of the network is in India, which has one time zone.
pub(crate) fn facility_zone() -> FixedOffset {
    FixedOffset::east_opt(5 * 3600 + 30 * 60).expect("less than a day")
}

/// A date known to the year, the month or the day: a `date` of FHIR.
#[derive(Clone, PartialEq, Eq)]
pub struct PartialDate(String);

impl PartialDate {
    /// Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; none when there is no such day.
    pub fn parse(text: &str) -> Option<Self> {
        let whole = match text.len() {
            4 => format!("{text}-01-01"),
            7 => format!("{text}-01"),
            10 => text.to_owned(),
            _ => return None,
        };
        let digits = |range| {
            whole
                .as_bytes()
                .get(range)
                .is_some_and(|part: &[u8]| part.iter().all(u8::is_ascii_digit))
        };
        let shaped = digits(0..4) && digits(5..7) && digits(8..10);
        (shaped && !whole.starts_with("0000"))
            .then(|| NaiveDate::parse_from_str(&whole, "%Y-%m-%d").ok())
            .flatten()
            .map(|_| Self(text.to_owned()))
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the whole of it is later than `day`.
    pub(crate) fn is_after(&self, day: NaiveDate) -> bool {
        let day = day.to_string();
        day.get(..self.0.len()).is_some_and(|same_precision| self.0.as_str() > same_precision)
    }

    /// Whether it surely comes before `other`: at the coarser of the two precisions.
    pub(crate) fn is_before(&self, other: &Self) -> bool {
        let length = self.0.len().min(other.0.len());
        self.0[..length] < other.0[..length]
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a date and time"))
    }
}

impl Serialize for PartialDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PartialDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a date"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist_are_dates() {
        for good in ["1958", "1990-12", "2024-02-29", "1938-01-01"] {
            assert!(PartialDate::parse(good).is_some(), "{good}");
        }
        for bad in ["2023-02-29", "2026-02-31", "0000", "0000-01-01", "90", "1990-13", "+199-01"] {
            assert!(PartialDate::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn only_times_with_a_known_zone_are_moments() {
        for good in ["2026-03-02T10:15:00+05:30", "2026-03-02T10:15:00.123Z"] {
            assert_eq!(Moment::parse(good).expect(good).as_str(), good);
        }
        for bad in [
            "2026-03-02 10:15:00+05:30",
            "2026-03-02T10:15:00",
            "2026-03-02T10:15:00+15:00",
            "2026-02-31T10:15:00Z",
            "0000-03-02T10:15:00Z",
            "2026-03-02t10:15:00z",
        ] {
            assert!(Moment::parse(bad).is_none(), "{bad}");
        }
    }
}
