//! The end of the log, for subscribers. Other processes write too, so it is polled:
//! once for all subscribers of a process.

use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;

use super::SHARD;
use crate::postgres::deadline::InTime;

/// The newest known position.
#[derive(Clone)]
pub(super) struct Head(watch::Sender<i64>);

impl Head {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    pub(super) fn watch(&self) -> watch::Receiver<i64> {
        self.0.subscribe()
    }

    /// Raises the newest known position. It never decreases: a server with fewer events is another server,
    /// and the connections of a process reject it.
    pub(super) fn reaches(&self, position: i64) {
        self.0.send_if_modified(|known| {
            let is_newer = position > *known;
            *known = position.max(*known);
            is_newer
        });
    }

    /// Polls the database until `stop` is true. Failures are ignored: subscribers also
    /// poll on their own.
    pub(super) async fn follow(
        &self,
        pool: &PgPool,
        interval: Duration,
        mut stop: watch::Receiver<bool>,
    ) {
        while !*stop.borrow() {
            let asked = sqlx::query_scalar("SELECT position FROM es.log_head WHERE shard = $1");
            if let Ok(position) = asked.bind(SHARD).fetch_one(pool).in_time().await {
                self.reaches(position);
            }
            tokio::select! {
                () = tokio::time::sleep(interval) => {}
                _ = stop.changed() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_told_of_what_is_newer_only() {
        let head = Head::new();
        let mut told = head.watch();
        head.reaches(7);
        assert!(told.has_changed().unwrap());
        assert_eq!(*told.borrow_and_update(), 7);
        head.reaches(7);
        head.reaches(3);
        assert!(!told.has_changed().unwrap());
        assert_eq!(*told.borrow(), 7);
    }
}
