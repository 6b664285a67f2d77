//! Waits for a condition: checks it now and after every change.

use std::time::Duration;

use tokio::sync::watch;

/// Counts the changes of the simulator's state.
pub(crate) struct Tick(watch::Sender<u64>);

impl Tick {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    /// Wakes all waiting tasks. Call it after the change.
    pub(crate) fn bump(&self) {
        self.0.send_modify(|count| *count += 1);
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }

    /// Calls `probe` now and after every change, until it returns a value or `limit` has passed.
    pub(crate) async fn until<T>(
        &self,
        limit: Duration,
        mut probe: impl FnMut() -> Option<T>,
    ) -> Option<T> {
        // Subscribed before the first check, so that no change is missed.
        let mut changes = self.subscribe();
        let search = async {
            loop {
                if let Some(found) = probe() {
                    return Some(found);
                }
                changes.changed().await.ok()?;
            }
        };
        tokio::time::timeout(limit, search).await.ok().flatten()
    }
}
