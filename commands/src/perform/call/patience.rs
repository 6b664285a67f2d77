//! How long a call is tried.

use std::time::Duration;

use hip_domain::outbound::Call;

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

/// A page must arrive within the 20 minutes that the network gives a transfer; five tries, from two
/// seconds on, are what the official wrapper makes.
const PUSH_ATTEMPT_COUNT_MAX: u32 = 5;

/// About a day: the last of the doubling waits is five minutes, and a gateway that is away for a
/// night must not cost a link.
const CALL_ATTEMPT_COUNT_MAX: u32 = 300;

const WAIT_S_MAX: u64 = 300;

/// Whether to try again after attempt `number` (from 1).
pub(super) fn patience(call: &Call, number: u32) -> Patience {
    let (first_s, count_max) = match call {
        Call::PushPage { .. } => (2, PUSH_ATTEMPT_COUNT_MAX),
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
        | Call::OnShare { .. } => (1, CALL_ATTEMPT_COUNT_MAX),
    };
    if number >= count_max {
        return Patience::GiveUp;
    }
    let doubled = 1_u64.checked_shl(number - 1).map_or(WAIT_S_MAX, |factor| factor * first_s);
    Patience::TryAgain { after: Duration::from_secs(doubled.min(WAIT_S_MAX)) }
}

#[cfg(test)]
mod tests {
    use hip_domain::id::TransactionId;

    use super::*;

    fn push() -> Call {
        Call::PushPage { transaction: TransactionId::parse("t").unwrap(), page: 0 }
    }

    fn notify() -> Call {
        Call::NotifyTransfer { transaction: TransactionId::parse("t").unwrap() }
    }

    #[test]
    fn a_page_is_given_up_after_five_attempts() {
        let waits: Vec<_> = (1..=5).map(|n| patience(&push(), n)).collect();
        let try_again = |s| Patience::TryAgain { after: Duration::from_secs(s) };
        let expected = [try_again(2), try_again(4), try_again(8), try_again(16), Patience::GiveUp];
        assert_eq!(waits, expected);
    }

    #[test]
    fn a_call_to_the_gateway_survives_a_night() {
        let total: u64 = (1..CALL_ATTEMPT_COUNT_MAX)
            .map(|n| match patience(&notify(), n) {
                Patience::TryAgain { after } => after.as_secs(),
                Patience::GiveUp => 0,
            })
            .sum();
        assert!(total > 12 * 3600, "{total} s");
    }
}
