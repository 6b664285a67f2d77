//! What an operator decides about erasure: what has to be kept, for how long, and by which law.

use chrono::{DateTime, TimeDelta, Utc};
use hip_domain::subject::Ground;

use crate::port::eraser::RecordCounts;

/// What an operator decides about erasure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// What a deleted ABHA leads to.
    pub on_opt_out: OnOptOut,
    /// What has to be kept.
    pub retention: Vec<RetentionClass>,
}

/// What a deleted ABHA leads to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnOptOut {
    /// Nothing is shared any more. What the person was treated for stays the facility's record.
    #[default]
    StopSharing,
    /// That, and the person is erased, unless something has to be kept.
    Erase,
}

/// Records of one kind, and how long they have to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionClass {
    /// What it is called.
    pub class: String,
    /// Which records, and from when their time counts.
    pub applies_to: Records,
    /// For how long.
    pub keep: TimeDelta,
    /// The law, or the purpose.
    pub legal_ground: String,
}

/// Which records a class is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Records {
    /// What somebody was treated for, from the last visit on.
    Visits,
    /// What somebody has consented to, from the end of the last consent on.
    Consents,
    /// Who was shown what, from the last disclosure on.
    Disclosures,
}

impl Policy {
    /// What binds us to keep these records at this moment; of several classes the one that binds for
    /// longest.
    pub fn binding(&self, holdings: &RecordCounts, now: DateTime<Utc>) -> Option<Ground> {
        let grounds = self.retention.iter().filter_map(|class| class.ground(holdings));
        grounds.filter(|ground| now < ground.until).max_by_key(|ground| ground.until)
    }
}

impl RetentionClass {
    fn ground(&self, holdings: &RecordCounts) -> Option<Ground> {
        let since = match self.applies_to {
            Records::Visits => holdings.visited_at,
            Records::Consents => holdings.consented_until,
            Records::Disclosures => holdings.disclosed_at,
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
    fn what_binds_for_longest_is_the_ground() {
        let holdings = RecordCounts {
            visited_at: Some(day(2026)),
            disclosed_at: Some(day(2026)),
            ..RecordCounts::default()
        };
        let ground = policy().binding(&holdings, day(2027)).unwrap();
        assert_eq!((ground.class.as_str(), ground.until > day(2030)), ("trail", true));
        assert_eq!(policy().binding(&holdings, day(2032)), None);
    }

    #[test]
    fn a_class_binds_only_where_there_are_such_records() {
        let holdings = RecordCounts { visited_at: Some(day(2026)), ..RecordCounts::default() };
        assert_eq!(policy().binding(&holdings, day(2027)).unwrap().class, "records");
        assert_eq!(policy().binding(&holdings, day(2030)), None);
        assert_eq!(Policy::default().binding(&holdings, day(2026)), None);
    }
}
