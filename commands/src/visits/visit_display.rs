//! The display text of a visit before a consent.

use chrono::{DateTime, FixedOffset, Utc};

/// A text without clinical information: the date is sufficient for the patient to recognize the visit.
///
/// # Panics
///
/// Never: the offset of India is valid.
pub fn visit_of(visited_at: DateTime<Utc>) -> String {
    let india = FixedOffset::east_opt(5 * 3600 + 1800).expect("a valid offset");
    format!("Visit of {}", visited_at.with_timezone(&india).format("%d %b %Y"))
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    #[test]
    fn a_display_shows_the_day_in_india_and_nothing_clinical() {
        let late_evening = Utc.with_ymd_and_hms(2026, 3, 1, 20, 0, 0).unwrap();
        assert_eq!(visit_of(late_evening), "Visit of 02 Mar 2026");
    }
}
