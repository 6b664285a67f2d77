//! The simulator's clock, and the time format of all messages.

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};

#[expect(
    clippy::disallowed_methods,
    reason = "the simulator is the outside world: it has its own clock"
)]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Formats a time as `YYYY-MM-DDTHH:mm:ss.SSSZ`, the format of all messages of the network.
pub(crate) fn wire(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Whether `text` has exactly the format of [`wire`] and is a valid time.
pub(crate) fn is_wire(text: &str) -> bool {
    text.len() == 24 && NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.3fZ").is_ok()
}

/// Parses the format of [`wire`]; `None` if `text` has another format.
pub(crate) fn read_wire(text: &str) -> Option<DateTime<Utc>> {
    is_wire(text)
        .then(|| DateTime::parse_from_rfc3339(text).ok())
        .flatten()
        .map(|at| at.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_digits_and_a_z_will_do() {
        assert!(is_wire(&wire(now())));
        assert!(is_wire("2026-09-14T06:30:00.000Z"));
        for text in [
            "2026-09-14T06:30:00Z",
            "2026-09-14T06:30:00.000+00:00",
            "2026-09-14T06:30:00.000000Z",
            "2026-09-14 06:30:00.000Z",
            "2026-02-30T06:30:00.000Z",
        ] {
            assert!(!is_wire(text), "{text}");
        }
    }
}
