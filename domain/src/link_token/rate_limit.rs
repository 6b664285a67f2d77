//! Determines when a link token may be requested again.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::id::RequestId;

/// Limits for token requests of one ABHA address at one facility.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenLimits {
    /// A request within this time after the last one is refused as a duplicate (ABDM-1092), whatever its id. Measured
    /// in the sandbox: refused at 362 s, accepted at 374 s.
    pub duplicate_window: TimeDelta,
    /// Requests within 24 hours. One more blocks the address (ABDM-1027).
    pub per_day_max: usize,
}

impl Default for TokenLimits {
    fn default() -> Self {
        Self { duplicate_window: TimeDelta::minutes(7), per_day_max: 3 }
    }
}

const DAY: TimeDelta = TimeDelta::hours(24);

/// Past requests, and the time before which no request is allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    /// Requests that the gateway accepted, or may have accepted, oldest first.
    pub asked: Vec<TokenRequest>,
    /// The time that the gateway demanded.
    pub held_until: Option<DateTime<Utc>>,
}

/// A token request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRequest {
    /// The request id.
    pub request_id: RequestId,
    /// When it was decided.
    pub at: DateTime<Utc>,
}

/// Why the next request must wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// The last request was too recent.
    DuplicateWindow,
    /// The daily quota is used up.
    DailyQuota,
    /// The gateway demanded a wait.
    ByGateway,
}

/// The effect of a refusal on the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The same data will be refused again; somebody must correct it.
    Final,
    /// It may be requested again as soon as the limits permit.
    Passing,
    /// No request is allowed for this time.
    Hold(TimeDelta),
}

impl Hold {
    /// The reason in words, for an operator.
    pub const fn as_words(self) -> &'static str {
        match self {
            Self::DuplicateWindow => {
                "the gateway was asked a few minutes ago and refuses to be asked again at once"
            }
            Self::DailyQuota => "the day's requests for this ABHA address are used up",
            Self::ByGateway => "the gateway has told us to wait",
        }
    }
}

impl RateLimit {
    /// The time before which no request is allowed, and why; `None` if a request is allowed now.
    pub fn held(&self, limits: &TokenLimits, now: DateTime<Utc>) -> Option<(DateTime<Utc>, Hold)> {
        let last = self.asked.last().map(|asked| asked.at + limits.duplicate_window);
        let day: Vec<_> = self.asked.iter().filter(|asked| now < asked.at + DAY).collect();
        let quota = (day.len() >= limits.per_day_max)
            .then(|| day.get(day.len() - limits.per_day_max).map(|asked| asked.at + DAY))
            .flatten();
        [
            (last, Hold::DuplicateWindow),
            (quota, Hold::DailyQuota),
            (self.held_until, Hold::ByGateway),
        ]
        .into_iter()
        .filter_map(|(until, why)| Some((until?, why)))
        .filter(|(until, _)| now < *until)
        .max_by_key(|(until, _)| *until)
    }

    /// Number of requests in the last 24 hours.
    pub fn used(&self, now: DateTime<Utc>) -> usize {
        self.asked.iter().filter(|asked| now < asked.at + DAY).count()
    }

    /// When a refused request may be repeated; `None` means never.
    pub(super) fn after(
        &self,
        refusal: Refusal,
        request_id: RequestId,
        counted: bool,
        limits: &TokenLimits,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let told = match refusal {
            Refusal::Final => return None,
            Refusal::Passing => now,
            Refusal::Hold(time) => now + time,
        };
        let mut next = self.clone();
        next.hold(request_id, Some(told), counted);
        Some(next.held(limits, now).map_or(told, |(until, _)| until))
    }

    pub(super) fn asked(&self, request_id: RequestId) -> bool {
        self.asked.iter().any(|asked| asked.request_id == request_id)
    }

    /// Only the newest requests are kept; older ones are not needed for the daily quota.
    pub(super) fn note(&mut self, request_id: RequestId, at: Option<DateTime<Utc>>) {
        const KEPT: usize = 16;
        let Some(at) = at else { return };
        self.asked.push(TokenRequest { request_id, at });
        if self.asked.len() > KEPT {
            self.asked.remove(0);
        }
    }

    pub(super) fn hold(
        &mut self,
        request_id: RequestId,
        until: Option<DateTime<Utc>>,
        counted: bool,
    ) {
        if !counted {
            self.asked.retain(|asked| asked.request_id != request_id);
        }
        self.held_until = self.held_until.max(until);
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use uuid::Uuid;

    use super::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 9, 14, 6, 0, 0).unwrap() + TimeDelta::minutes(minutes)
    }

    fn asked_at(minutes: &[i64]) -> RateLimit {
        let mut rate_limit = RateLimit::default();
        for (n, minute) in (1..).zip(minutes) {
            rate_limit.note(RequestId(Uuid::from_u128(n)), Some(at(*minute)));
        }
        rate_limit
    }

    #[test]
    fn a_request_waits_seven_minutes_for_the_one_before() {
        let limits = TokenLimits::default();
        let rate_limit = asked_at(&[0]);
        assert_eq!(rate_limit.held(&limits, at(6)), Some((at(7), Hold::DuplicateWindow)));
        assert_eq!(rate_limit.held(&limits, at(7)), None);
    }

    #[test]
    fn a_fourth_request_waits_until_the_first_is_a_day_old() {
        let limits = TokenLimits::default();
        let rate_limit = asked_at(&[0, 10, 20]);
        assert_eq!(rate_limit.held(&limits, at(60)), Some((at(24 * 60), Hold::DailyQuota)));
        assert_eq!(rate_limit.held(&limits, at(24 * 60)), None);
    }

    #[test]
    fn a_request_that_the_gateway_did_not_accept_does_not_count() {
        let mut rate_limit = asked_at(&[0]);
        rate_limit.hold(RequestId(Uuid::from_u128(1)), None, false);
        assert_eq!(rate_limit.held(&TokenLimits::default(), at(1)), None);
    }

    #[test]
    fn a_block_of_a_day_is_kept() {
        let mut rate_limit = asked_at(&[0]);
        let first = RequestId(Uuid::from_u128(1));
        let limits = TokenLimits::default();
        let until = rate_limit.after(Refusal::Hold(DAY), first, true, &limits, at(1));
        assert_eq!(until, Some(at(1) + DAY));
        rate_limit.hold(first, until, true);
        assert_eq!(rate_limit.held(&limits, at(60)), Some((at(1) + DAY, Hold::ByGateway)));
    }
}
