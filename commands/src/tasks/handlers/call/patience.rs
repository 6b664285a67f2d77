//! How long a call is tried.

use std::time::Duration;

use chrono::{DateTime, Utc};
use hip_domain::outbound::Call;

use crate::operations::abdm_error::Retry;

/// What to do after an attempt that did not get through.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Try again after a while.
    TryAgain {
        /// How long.
        after: Duration,
    },
    /// It has been tried often enough.
    GiveUp,
}

/// An attempt that did not get through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Failure {
    /// Which attempt, from 1.
    pub(super) number: u32,
    /// HTTP status, when there was an answer.
    pub(super) status: Option<u16>,
    /// What the error table says.
    pub(super) retry: Retry,
    /// What the peer asked for in `Retry-After`.
    pub(super) retry_after: Option<Duration>,
    /// Now.
    pub(super) now: DateTime<Utc>,
    /// From then on the call is of no use to anybody.
    pub(super) deadline: Option<DateTime<Utc>>,
}

/// About a day: the longest wait is five minutes, and a gateway that is away for a night must not cost
/// a link.
const CALL_ATTEMPT_COUNT_MAX: u32 = 300;

/// A peer that says no is not asked again and again, even where its no is known to pass.
const REFUSAL_COUNT_MAX: u32 = 5;

/// An HIU may learn of a transfer after its first page arrives, and refuses pages until then. Eight
/// attempts, with waits of 1, 2, 4 … s between them, take about two minutes.
const UNKNOWN_TRANSFER_COUNT_MAX: u32 = 8;

const WAIT_S_MAX: u64 = 300;

/// A page waits at most this long for its next try, so that a short outage ends soon.
const PAGE_WAIT_S_MAX: u64 = 60;

/// A peer that wants us to stay away for longer than this is asked all the same.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);

/// Whether to try again.
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
        // Until its deadline.
        Call::PushPage { .. } => Some(doubled(2, PAGE_WAIT_S_MAX, number)),
        // Their streams ask again, slowly and a few times, under another id: the gateway was seen to
        // block a patient for a day after some twenty refused calls.
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

/// A status by which a peer blames the message. It has read it, unlike one that is busy or away.
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

    /// The waits of a call that always fails in the same way, in seconds.
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
