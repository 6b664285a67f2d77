//! Times at which a worker has to look for due rows, although nothing else tells it to.

use std::collections::BTreeSet;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

/// Times that are so close are one.
const STEP: Duration = Duration::from_millis(20);

/// Times that were not looked at yet.
#[derive(Default)]
pub(crate) struct WakeTimes {
    times: Mutex<BTreeSet<Instant>>,
    is_changed: Notify,
}

impl WakeTimes {
    /// Adds the time after this delay.
    pub(crate) fn add(&self, after: Duration) {
        if let Some(at) = Instant::now().checked_add(after) {
            self.add_at(at);
        }
    }

    /// Adds a time; it may have passed.
    pub(crate) fn add_at(&self, at: Instant) {
        let mut times = self.times.lock();
        // Late by a step at most, never early.
        let is_known =
            at.checked_add(STEP).is_some_and(|end| times.range(at..end).next().is_some());
        if !is_known {
            times.insert(at);
            self.is_changed.notify_one();
        }
    }

    /// Removes the times that have passed. Returns whether there were any: the caller looks now.
    pub(crate) fn take_passed(&self) -> bool {
        let (mut times, now) = (self.times.lock(), Instant::now());
        let mut has_passed = false;
        while times.first().is_some_and(|at| *at <= now) {
            times.pop_first();
            has_passed = true;
        }
        has_passed
    }

    /// Waits until one has passed, also one that is added meanwhile.
    pub(crate) async fn passed(&self) {
        loop {
            let first = self.times.lock().first().copied();
            let passing = async {
                match first {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = passing => return,
                () = self.is_changed.notified() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_passed_time_stays_until_it_is_taken() {
        let times = WakeTimes::default();
        let begun_at = Instant::now();
        times.add(Duration::from_millis(500));
        times.add(Duration::from_millis(490));
        times.add(Duration::from_secs(3));
        times.add(Duration::MAX);
        assert!(!times.take_passed());
        times.passed().await;
        assert_eq!(begun_at.elapsed(), Duration::from_millis(500));
        tokio::time::advance(Duration::from_millis(500)).await;
        times.passed().await;
        assert!(times.take_passed() && !times.take_passed());
        times.passed().await;
        assert_eq!(begun_at.elapsed(), Duration::from_secs(3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_waiter_is_woken_by_an_earlier_time() {
        let times = WakeTimes::default();
        let begun_at = Instant::now();
        times.add(Duration::from_secs(60));
        let adding = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            times.add(Duration::from_secs(1));
        };
        tokio::join!(times.passed(), adding);
        assert_eq!(begun_at.elapsed(), Duration::from_secs(2));
    }
}
