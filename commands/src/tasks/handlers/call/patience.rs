//! Retry rules for calls.

use std::time::Duration;

use chrono::{DateTime, Utc};
use hip_domain::outbound::Call;

use crate::operations::abdm_error::Retry;

/// What to do after a failed attempt.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Retry after a wait.
    TryAgain {
        /// The wait.
        after: Duration,
    },
    /// Give up: the limit of attempts is reached.
    GiveUp,
}

/// A failed attempt.
#[derive(Debug, Clone, Copy)]
pub(super) struct Failure {
    /// Number of the attempt, from 1.
    pub(super) number: u32,
    /// HTTP status, if there was a response.
    pub(super) status: Option<u16>,
    /// The retry rule of the error table.
    pub(super) retry: Retry,
    /// The wait requested by `Retry-After`.
    pub(super) retry_after: Option<Duration>,
    /// The current time.
    pub(super) now: DateTime<Utc>,
    /// After this time the call is useless.
    pub(super) deadline: Option<DateTime<Utc>>,
}

/// Attempts for about a day: the longest wait is 5 minutes, and a gateway outage of one night must not lose a link.
const CALL_ATTEMPT_COUNT_MAX: u32 = 300;

/// Most attempts if the peer refuses the message, even with a code that is known to be temporary.
const REFUSAL_COUNT_MAX: u32 = 5;

/// An HIU may learn of a transfer only after the first page arrives, and refuses pages until then. Eight attempts
/// with waits of 1, 2, 4 … s take about 2 minutes.
const UNKNOWN_TRANSFER_COUNT_MAX: u32 = 8;

const WAIT_S_MAX: u64 = 300;

/// Longest wait between attempts of a page, so that a short outage costs little time.
const PAGE_WAIT_S_MAX: u64 = 60;

/// Upper limit for `Retry-After`.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);

/// Decides whether to retry.
pub(super) fn patience(call: &Call, failure: &Failure) -> Patience {
    let Some(backoff) = backoff(call, failure) else { return Patience::GiveUp };
    let asked_for = failure.retry_after.unwrap_or_default().min(RETRY_AFTER_MAX);
    let after = backoff.max(asked_for);
    match failure.deadline {
        Some(deadline) if failure.now + after >= deadline => Patience::GiveUp,
        Some(_) | None => Patience::TryAgain { after },
    }
}

fn backoff(call: &Call, failure: &Failure) -> Option<Duration> {
    let Failure { number, retry, .. } = *failure;
    let is_refusal = is_refusal(failure.status);
    match call {
        Call::PushPage { .. } if is_refusal => {
            (number < UNKNOWN_TRANSFER_COUNT_MAX).then(|| doubled(1, PAGE_WAIT_S_MAX, number))
        }
        // Retried until the deadline.
        Call::PushPage { .. } => Some(doubled(2, PAGE_WAIT_S_MAX, number)),
        // Not retried here: the care context or link token requests it again, slowly and under another id. The
        // gateway was seen to block a patient for a day after about 20 refused calls.
        Call::GenerateToken { .. } | Call::LinkCareContext { .. } if is_refusal => None,
        Call::GenerateToken { .. }
        | Call::LinkCareContext { .. }
        | Call::OnDiscover { .. }
        | Call::ConsentOnNotify { .. }
        | Call::OnRequest { .. }
        | Call::NotifyTransfer { .. }
        | Call::ContextNotify { .. }
        | Call::SmsNotify { .. }
        | Call::OnInit { .. }
        | Call::OnConfirm { .. }
        | Call::OnShare { .. } => {
            let count_max = if is_refusal { REFUSAL_COUNT_MAX } else { CALL_ATTEMPT_COUNT_MAX };
            let (first_s, wait_s_max) = match retry {
                Retry::Later { first_s, wait_s_max } if is_refusal => {
                    (u64::from(first_s), u64::from(wait_s_max))
                }
                Retry::Hold { hold_s } => (u64::from(hold_s), u64::from(hold_s)),
                Retry::Later { .. }
                | Retry::Now
                | Retry::AfterFix
                | Retry::Never
                | Retry::AlreadyDone => (1, WAIT_S_MAX),
            };
            (number < count_max).then(|| doubled(first_s, wait_s_max, number))
        }
    }
}

/// Whether the status means that the peer read and refused the message, and is not just busy or unavailable.
pub(super) fn is_refusal(status: Option<u16>) -> bool {
    status.is_some_and(|status| (400..500).contains(&status) && !matches!(status, 408 | 425 | 429))
}

fn doubled(first_s: u64, wait_s_max: u64, number: u32) -> Duration {
    let factor = 1_u64.checked_shl(number.saturating_sub(1)).unwrap_or(u64::MAX);
    Duration::from_secs(first_s.saturating_mul(factor).min(wait_s_max))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use hip_domain::id::TransactionId;
    use hip_domain::stream::StreamId;

    use super::*;

    fn push() -> Call {
        Call::PushPage { transaction: TransactionId::parse("t").unwrap(), page: 0 }
    }

    fn notify() -> Call {
        Call::NotifyTransfer { transaction: TransactionId::parse("t").unwrap() }
    }

    fn link() -> Call {
        let stream = || StreamId::stored("care-context-x");
        Call::LinkCareContext { care_context: stream(), link_token: stream() }
    }

    fn failure(number: u32, status: Option<u16>) -> Failure {
        Failure {
            number,
            status,
            retry: Retry::SOON,
            retry_after: None,
            now: DateTime::UNIX_EPOCH,
            deadline: None,
        }
    }

    /// The waits in seconds of a call that always fails in the same way.
    fn waits(call: &Call, of: impl Fn(u32, DateTime<Utc>) -> Failure) -> Vec<u64> {
        let mut waits = vec![];
        let mut now = DateTime::UNIX_EPOCH;
        for number in 1..1_000 {
            let Patience::TryAgain { after } = patience(call, &of(number, now)) else { break };
            now += after;
            waits.push(after.as_secs());
        }
        waits
    }

    const TWENTY_MINUTES: TimeDelta = TimeDelta::minutes(20);

    #[test]
    fn a_page_is_tried_until_its_deadline() {
        let deadline = Some(DateTime::UNIX_EPOCH + TWENTY_MINUTES);
        let waits = waits(&push(), |n, now| Failure { now, deadline, ..failure(n, Some(503)) });
        assert_eq!(waits[..6], [2, 4, 8, 16, 32, 60]);
        let total: u64 = waits.iter().sum();
        assert!((1_140..1_200).contains(&total), "{total} s");
    }

    #[test]
    fn an_hiu_that_does_not_know_the_transfer_yet_has_two_minutes() {
        let waits = waits(&push(), |n, now| Failure { now, ..failure(n, Some(404)) });
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60]);
    }

    #[test]
    fn the_later_of_backoff_and_retry_after_counts_within_the_deadline() {
        let asked = |s, deadline| {
            let retry_after = Some(Duration::from_secs(s));
            patience(&push(), &Failure { retry_after, deadline, ..failure(1, Some(503)) })
        };
        let try_again = |s| Patience::TryAgain { after: Duration::from_secs(s) };
        let deadline = Some(DateTime::UNIX_EPOCH + TWENTY_MINUTES);
        assert_eq!(asked(40, deadline), try_again(40));
        assert_eq!(asked(1, deadline), try_again(2));
        assert_eq!(asked(1_300, deadline), Patience::GiveUp);
        assert_eq!(asked(90_000, None), try_again(3_600));
    }

    #[test]
    fn a_call_to_the_gateway_survives_a_night() {
        let waits = waits(&notify(), |n, now| Failure { now, ..failure(n, None) });
        let total: u64 = waits.iter().sum();
        assert!(total > 12 * 3600, "{total} s");
    }

    #[test]
    fn a_refusal_leads_to_few_calls() {
        let slow = |n, now| Failure { now, retry: Retry::SLOWLY, ..failure(n, Some(401)) };
        assert_eq!(waits(&notify(), slow), [60, 120, 240, 480]);
        assert_eq!(waits(&link(), slow), [0; 0]);
        assert_eq!(waits(&link(), |n, now| Failure { now, ..failure(n, Some(400)) }), [0; 0]);
    }
}
