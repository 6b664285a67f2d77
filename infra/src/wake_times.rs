//! Times at which a worker has to look for due rows, although nothing tells it to.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Times that are so close are one.
const STEP: Duration = Duration::from_millis(20);

/// Known times in the future.
#[derive(Default)]
pub(crate) struct WakeTimes(Mutex<BTreeSet<Instant>>);

impl WakeTimes {
    /// Adds the time after this delay.
    pub(crate) fn add(&self, after: Duration) {
        let Some(at) = Instant::now().checked_add(after) else { return };
        let mut times = self.lock();
        // Late by a step at most, never early.
        let is_known =
            at.checked_add(STEP).is_some_and(|end| times.range(at..end).next().is_some());
        if !is_known {
            times.insert(at);
        }
    }

    /// The first time that has not passed; those that have are removed.
    pub(crate) fn next(&self) -> Option<Instant> {
        let mut times = self.lock();
        let now = Instant::now();
        while times.first().is_some_and(|at| *at <= now) {
            times.pop_first();
        }
        times.first().copied()
    }

    /// What is behind it is never left half changed, so a poisoned lock is safe to use.
    fn lock(&self) -> MutexGuard<'_, BTreeSet<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_first_comes_first_and_close_ones_are_one() {
        let times = WakeTimes::default();
        let begun_at = Instant::now();
        times.add(Duration::from_millis(500));
        times.add(Duration::from_millis(490));
        times.add(Duration::from_secs(3));
        times.add(Duration::MAX);
        assert_eq!(times.next(), Some(begun_at + Duration::from_millis(500)));
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!(times.next(), Some(begun_at + Duration::from_secs(3)));
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(times.next(), None);
    }
}
