//! Where the log ends, for those who read it. Other processes write, too, so it is asked for again and again:
//! once for all readers of a process.

use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;

use super::SHARD;
use crate::deadline::InTime;

/// The newest position that is known.
#[derive(Clone)]
pub(super) struct Head(watch::Sender<i64>);

impl Head {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    pub(super) fn watch(&self) -> watch::Receiver<i64> {
        self.0.subscribe()
    }

    /// An event has this position. What is known does not become less by it.
    pub(super) fn reaches(&self, position: i64) {
        self.set(|known| position.max(known));
    }

    /// Asks the database until `stop` says so. One that does not answer says nothing: readers look by
    /// themselves now and then.
    pub(super) async fn follow(
        &self,
        pool: &PgPool,
        interval: Duration,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut seen = 0;
        while !*stop.borrow() {
            let asked = sqlx::query_scalar("SELECT position FROM es.log_head WHERE shard = $1");
            if let Ok(position) = asked.bind(SHARD).fetch_one(pool).in_time().await {
                // Less than before: it is another server, and what was known of the last one is void.
                self.set(|known| if position < seen { position } else { position.max(known) });
                seen = position;
            }
            tokio::select! {
                () = tokio::time::sleep(interval) => {}
                _ = stop.changed() => {}
            }
        }
    }

    fn set(&self, next: impl FnOnce(i64) -> i64) {
        self.0.send_if_modified(|known| {
            let next = next(*known);
            std::mem::replace(known, next) != next
        });
    }
}
