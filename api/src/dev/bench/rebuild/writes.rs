//! Writes visits at a constant rate, as a facility pushes them.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::author::{Author, Known};

/// Writes that continue until they are stopped.
pub(super) struct Writes {
    task: JoinHandle<anyhow::Result<Vec<Known>>>,
    stop: watch::Sender<bool>,
}

impl Writes {
    pub(super) fn start(author: &Arc<Author>, visits_per_s: u32) -> Self {
        let (stop, stopped) = watch::channel(false);
        let author = Arc::clone(author);
        let task = tokio::spawn(async move {
            let mut written = vec![];
            let mut tick = interval(Duration::from_secs(1) / visits_per_s);
            tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while !*stopped.borrow() {
                tick.tick().await;
                written.push(author.write().await?);
            }
            Ok(written)
        });
        Self { task, stop }
    }

    /// Stops the writes and returns the written visits.
    pub(super) async fn stop(self) -> anyhow::Result<Vec<Known>> {
        self.stop.send_replace(true);
        self.task.await?
    }
}
