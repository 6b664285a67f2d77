//! Whether the server still has the history that it had: a standby that was promoted in its place may lack the
//! newest commits, and what this process remembers of them is wrong then.

use std::sync::{Arc, OnceLock};

use serde::Serialize;
use sqlx::PgConnection;
use tokio::sync::watch;

/// What tells one history of a database from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    /// Of the cluster.
    pub system_identifier: i64,
    /// Grows with each promotion of a standby, and each recovery to an earlier moment.
    pub wal_timeline: i64,
    /// Another one when a dump was restored beside.
    pub database_oid: i64,
}

impl Timeline {
    /// The one of the server at the other end. A standby has none of its own, and is refused.
    pub(crate) async fn read(connection: &mut PgConnection) -> Result<Self, sqlx::Error> {
        sqlx::query_as(
            "SELECT s.system_identifier, \
                    ('x' || lpad(left(pg_walfile_name(pg_current_wal_lsn()), 8), 16, '0'))::bit(64)::bigint \
                      AS wal_timeline, \
                    (SELECT oid::bigint FROM pg_database WHERE datname = current_database()) AS database_oid \
               FROM pg_control_system() s",
        )
        .persistent(false)
        .fetch_one(connection)
        .await
    }
}

/// Lets in connections of one timeline only. The first to come says which.
#[derive(Debug, Clone)]
pub struct TimelineGuard {
    known: Arc<OnceLock<Timeline>>,
    changed: watch::Sender<bool>,
}

impl Default for TimelineGuard {
    fn default() -> Self {
        Self { known: Arc::default(), changed: watch::Sender::new(false) }
    }
}

impl TimelineGuard {
    /// The timeline of this process; nothing before the first connection.
    pub fn timeline(&self) -> Option<Timeline> {
        self.known.get().copied()
    }

    /// Turns true when a connection had another timeline. From then on there are none any more.
    pub fn changed(&self) -> watch::Receiver<bool> {
        self.changed.subscribe()
    }

    pub(super) async fn check(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let found = Timeline::read(connection).await?;
        if *self.known.get_or_init(|| found) == found {
            return Ok(());
        }
        self.changed.send_replace(true);
        Err(sqlx::Error::Protocol("the database has another history than before".to_owned()))
    }
}
