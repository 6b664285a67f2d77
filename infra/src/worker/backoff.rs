//! Delay before a retry.

use std::time::Duration;

/// A delay that doubles with each attempt, up to a maximum.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backoff {
    pub(crate) first: Duration,
    pub(crate) longest: Duration,
}

impl Backoff {
    /// The delay after this many attempts. At least half of it is fixed; `random` sets how much of the other
    /// half is added, so that simultaneous failures are not retried simultaneously.
    pub(crate) fn after(self, attempts: i32, random: u128) -> Duration {
        let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(30);
        let full = self.first.saturating_mul(1_u32 << doublings).min(self.longest);
        spread(full, random)
    }
}

/// A random value between half of a delay and all of it.
pub(crate) fn spread(full: Duration, random: u128) -> Duration {
    let half = part_of(full, 2);
    half.saturating_add(some_of(half, random))
}

/// A requested delay, and up to an eighth more.
pub(crate) fn at_least(asked: Duration, random: u128) -> Duration {
    asked.saturating_add(some_of(part_of(asked, 8), random))
}

fn part_of(whole: Duration, parts: u32) -> Duration {
    whole.checked_div(parts).unwrap_or_default()
}

/// A random value between zero and the maximum.
fn some_of(most: Duration, random: u128) -> Duration {
    let steps = most.as_millis().saturating_add(1);
    let part = random.checked_rem(steps).and_then(|part| u64::try_from(part).ok());
    Duration::from_millis(part.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff =
        Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(900) };

    #[test]
    fn waits_grow_are_bounded_and_differ() {
        let half = Duration::from_millis(500);
        assert_eq!(BACKOFF.after(1, 0), half);
        assert_eq!(BACKOFF.after(1, 500), 2 * half);
        assert_eq!(BACKOFF.after(3, 0), 4 * half);
        assert_eq!(BACKOFF.after(i32::MAX, 450_000), Duration::from_secs(900));
        assert_eq!(BACKOFF.after(i32::MAX, 0), Duration::from_secs(450));
        assert_eq!(BACKOFF.after(i32::MIN, 0), half);
        assert_eq!(at_least(Duration::from_secs(8), 0), Duration::from_secs(8));
        assert_eq!(at_least(Duration::from_secs(8), 1_000), Duration::from_secs(9));
        assert_eq!(at_least(Duration::ZERO, 77), Duration::ZERO);
        assert_ne!(BACKOFF.after(5, 17), BACKOFF.after(5, 4711));
    }
}
