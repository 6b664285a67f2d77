//! Counts the requests for link tokens.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use crate::run::options::TokenLimits;

/// The accepted requests for link tokens, by ABHA address (or number) and facility.
#[derive(Default)]
pub(crate) struct TokenLedger {
    accepted_at: BTreeMap<(String, String), Vec<DateTime<Utc>>>,
    /// End of the block, by ABHA address (or number). A block applies to all facilities.
    blocked_until: BTreeMap<String, DateTime<Utc>>,
    /// The `transactionId` of each token that was requested with an ABHA number.
    ///
    /// A link request with such a token must contain the number too.
    pub(crate) with_number: BTreeSet<String>,
}

impl TokenLedger {
    pub(crate) fn is_duplicate(
        &self,
        key: &(String, String),
        limits: TokenLimits,
        now: DateTime<Utc>,
    ) -> bool {
        let last = self.accepted_at.get(key).and_then(|times| times.last());
        match (last, limits.duplicate_window) {
            (Some(last), Some(window)) => now - last < delta(window),
            _ => false,
        }
    }

    /// Counts a request. Returns true if the address is blocked, or if this request exceeds the daily limit.
    pub(crate) fn is_blocked(
        &mut self,
        key: &(String, String),
        limits: TokenLimits,
        now: DateTime<Utc>,
    ) -> bool {
        let times = self.accepted_at.entry(key.clone()).or_default();
        times.push(now);
        if self.blocked_until.get(&key.0).is_some_and(|until| now < *until) {
            return true;
        }
        let Some(per_day_max) = limits.per_day_max else {
            return false;
        };
        let in_a_day = times.iter().filter(|at| now - **at < delta(limits.day)).count();
        let blocked = u32::try_from(in_a_day).is_ok_and(|count| count > per_day_max);
        if blocked {
            self.blocked_until.insert(key.0.clone(), now + delta(limits.block));
        }
        blocked
    }
}

fn delta(duration: std::time::Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
