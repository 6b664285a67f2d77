//! The operator's rules for erasure: which records must be kept, for how long, and on which legal ground.

use chrono::{DateTime, TimeDelta, Utc};
use hip_domain::subject::Ground;

use crate::port::eraser::RecordCounts;

/// The configured rules for erasure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// What to do when an ABHA is deleted.
    pub on_opt_out: OnOptOut,
    /// Records that must be kept.
    pub retention: Vec<RetentionClass>,
}

/// What to do when an ABHA is deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnOptOut {
    /// Stop all sharing. The facility keeps its medical records.
    #[default]
    StopSharing,
    /// Stop all sharing and erase the patient, unless a retention rule forbids it.
    Erase,
}

/// A retention rule for one kind of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionClass {
    /// Name of the rule.
    pub class: String,
    /// The records that the rule covers, and the start of the retention period.
    pub applies_to: Records,
    /// How long the records must be kept.
    pub keep: TimeDelta,
    /// The law, or the purpose.
    pub legal_ground: String,
}

/// The records that a rule covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Records {
    /// Visits; the period starts at the last visit.
    Visits,
    /// Consents; the period starts at the end of the last consent.
    Consents,
    /// Disclosures; the period starts at the last disclosure.
    Disclosures,
}

impl Policy {
    /// The rule that forbids the erasure now; `None` if no rule does. If several rules apply, the one that ends last.
    pub fn binding(&self, counts: &RecordCounts, now: DateTime<Utc>) -> Option<Ground> {
        let grounds = self.retention.iter().filter_map(|class| class.ground(counts));
        grounds.filter(|ground| now < ground.until).max_by_key(|ground| ground.until)
    }
}

impl RetentionClass {
    fn ground(&self, counts: &RecordCounts) -> Option<Ground> {
        let since = match self.applies_to {
            Records::Visits => counts.visited_at,
            Records::Consents => counts.consented_until,
            Records::Disclosures => counts.disclosed_at,
        };
        Some(Ground {
            class: self.class.clone(),
            legal_ground: self.legal_ground.clone(),
            until: since?.checked_add_signed(self.keep).unwrap_or(DateTime::<Utc>::MAX_UTC),
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn day(year: i32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(year, 9, 14, 0, 0, 0).unwrap()
    }

    fn class(name: &str, applies_to: Records, days: i64) -> RetentionClass {
        RetentionClass {
            class: name.to_owned(),
            applies_to,
            keep: TimeDelta::days(days),
            legal_ground: "a law".to_owned(),
        }
    }

    fn policy() -> Policy {
        let retention = vec![
            class("records", Records::Visits, 3 * 365),
            class("trail", Records::Disclosures, 5 * 365),
        ];
        Policy { retention, ..Policy::default() }
    }

    #[test]
    fn the_longest_retention_is_the_ground() {
        let counts = RecordCounts {
            visited_at: Some(day(2026)),
            disclosed_at: Some(day(2026)),
            ..RecordCounts::default()
        };
        let ground = policy().binding(&counts, day(2027)).unwrap();
        assert_eq!((ground.class.as_str(), ground.until > day(2030)), ("trail", true));
        assert_eq!(policy().binding(&counts, day(2032)), None);
    }

    #[test]
    fn a_class_binds_only_where_there_are_such_records() {
        let counts = RecordCounts { visited_at: Some(day(2026)), ..RecordCounts::default() };
        assert_eq!(policy().binding(&counts, day(2027)).unwrap().class, "records");
        assert_eq!(policy().binding(&counts, day(2030)), None);
        assert_eq!(Policy::default().binding(&counts, day(2026)), None);
    }
}
