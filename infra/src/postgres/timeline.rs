//! Detects a server with another history: a promoted standby may lack the
//! newest commits, and then the state in this process's memory is wrong.

use std::sync::{Arc, OnceLock};

use serde::Serialize;
use sqlx::PgConnection;
use tokio::sync::watch;

/// Identity of a server history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Timeline {
    /// System identifier of the cluster.
    pub system_identifier: i64,
    /// Increases with each promotion of a standby, and each recovery to an earlier time.
    pub wal_timeline: i64,
    /// Differs if a dump was restored beside the database.
    pub database_oid: i64,
}

impl Timeline {
    /// Reads the timeline of the server. A standby has none of its own, and is rejected.
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

/// Accepts connections of one timeline only. The first connection sets it.
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
    /// The timeline of this process; `None` before the first connection.
    pub fn timeline(&self) -> Option<Timeline> {
        self.known.get().copied()
    }

    /// Turns true if a connection had another timeline. No further connections are accepted then.
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
