//! The end of the log, for subscribers. Other processes write too: the database notifies of their events, once for
//! all subscribers of a process.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::watch;
use tokio::time::Instant;

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
    /// Returns whether it was newer.
    pub(super) fn reaches(&self, position: i64) -> bool {
        self.0.send_if_modified(|known| {
            let is_newer = position > *known;
            *known = position.max(*known);
            is_newer
        })
    }

    /// Follows the log of all processes until `stop` is true: by notifications, and by polls at this interval.
    /// Failures are ignored: subscribers also poll on their own. Calls `on_news` with the newest position after others than the writer have told of it.
    pub(super) async fn follow(
        &self,
        pool: &PgPool,
        interval: Duration,
        on_news: impl Fn(i64),
        mut stop: watch::Receiver<bool>,
    ) {
        let mut listener = None;
        while !*stop.borrow() {
            let asked = sqlx::query_scalar("SELECT position FROM es.log_head WHERE shard = $1");
            if let Ok(position) = asked.bind(SHARD).fetch_one(pool).in_time().await
                && self.reaches(position)
            {
                on_news(position);
            }
            if listener.is_none() {
                listener = listen(pool).await;
            }
            let wait = if listener.is_some() { interval } else { interval.min(UNTOLD_INTERVAL) };
            tokio::select! {
                () = self.hear(&mut listener, &on_news) => {}
                () = tokio::time::sleep(wait) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Raises the position with each notification; returns when the connection is lost.
    async fn hear(&self, listener: &mut Option<PgListener>, on_news: &impl Fn(i64)) {
        let Some(told) = listener else { return std::future::pending().await };
        let mut passed_on_at = None;
        loop {
            let received = match passed_on_at {
                Some(at) => tokio::time::timeout_at(at, told.try_recv()).await,
                None => Ok(told.try_recv().await),
            };
            match received {
                Ok(Ok(Some(notification))) => {
                    let position = notification.payload().parse();
                    if position.is_ok_and(|position| self.reaches(position)) {
                        passed_on_at.get_or_insert_with(|| Instant::now() + NEWS_INTERVAL);
                    }
                }
                Ok(Ok(None) | Err(_)) => break,
                Err(_) => {
                    passed_on_at = None;
                    on_news(*self.0.borrow());
                }
            }
        }
        *listener = None;
    }
}

/// How long notifications are collected before they are passed on.
const NEWS_INTERVAL: Duration = Duration::from_millis(10);

/// Notified by `es.append` of the newest position.
const CHANNEL: &str = "hip_log";

/// Longest interval between polls while there are no notifications.
const UNTOLD_INTERVAL: Duration = Duration::from_millis(250);

async fn listen(pool: &PgPool) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(pool).in_time().await.ok()?;
    listener.listen(CHANNEL).in_time().await.ok()?;
    Some(listener)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_told_of_what_is_newer_only() {
        let head = Head::new();
        let mut told = head.watch();
        assert!(head.reaches(7));
        assert!(told.has_changed().unwrap());
        assert_eq!(*told.borrow_and_update(), 7);
        assert!(!head.reaches(7));
        assert!(!head.reaches(3));
        assert!(!told.has_changed().unwrap());
        assert_eq!(*told.borrow(), 7);
    }
}
