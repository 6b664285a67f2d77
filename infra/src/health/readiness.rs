//! Whether the service is ready, and if not, why. `/health/ready` and `hip doctor` report the same.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use serde::Serialize;
use sqlx::PgPool;
use thiserror::Error;
use tokio::sync::Mutex;

use crate::postgres::deadline::within;
use crate::postgres::event_store::{WriterActivity, log_room};
use crate::postgres::vault::{KekError, KeyRing, kek};
use crate::subscription::projection_status;

/// Maximum lag of a subscriber with waiting events, in seconds.
const LAG_S_MAX: f64 = 60.0;

/// Time limit for all database queries of one check.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(4);

/// Maximum duration of one call of the writer.
const APPEND_TIME_MAX: Duration = Duration::from_secs(8);

/// How long a result is cached: the database is not queried more often.
const GOOD_FOR: Duration = Duration::from_millis(500);

/// Why the service is not ready. Names only subscribers and keys of the service; contains no personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Unready {
    /// The database does not answer in time, or answers with an error.
    #[error("the database does not answer")]
    Database,
    /// An append has waited too long for the database.
    #[error("the writer of the log waits for the database")]
    Writer,
    /// A subscriber stopped at an event.
    #[error("the reader {reader} has halted; `hip projection status` says why")]
    ReaderHalted {
        /// Name of the subscriber.
        reader: String,
    },
    /// Events have waited for a subscriber for more than a minute.
    #[error("the reader {reader} is {seconds} seconds behind")]
    ReaderBehind {
        /// Name of the subscriber.
        reader: String,
        /// Age of the oldest waiting event, in seconds.
        seconds: u64,
    },
    /// The partitions of the log are full or nearly full.
    #[error("the partitions of the log have room for only {left} more events")]
    LogFull {
        /// Number of events that still fit.
        left: i64,
    },
    /// Data keys in the vault are wrapped by a key-encryption key that this process does not have.
    #[error("keys of the vault lie under a key-encryption key that is not configured here")]
    KeyEncryptionKey,
}

/// A subscriber that continues without some events, and the number of parked events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PutAside {
    /// Name of the subscriber.
    pub reader: String,
    /// Events that could not be applied, and events that wait behind them.
    pub events: i64,
}

/// Result of a check.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Why the service is not ready; empty when it is.
    pub unready: Vec<Unready>,
    /// Subscribers that are ready except for parked events.
    pub put_aside: Vec<PutAside>,
}

/// Checks for reasons not to be ready. Takes a few seconds at most.
pub async fn look(pool: &PgPool, keks: &KeyRing) -> Found {
    within(ANSWER_TIME_MAX, ask(pool, keks))
        .await
        .unwrap_or_else(|_| Found { unready: vec![Unready::Database], put_aside: vec![] })
}

async fn ask(pool: &PgPool, keks: &KeyRing) -> Result<Found, sqlx::Error> {
    let (mut found, mut put_aside) = (vec![], vec![]);
    let room = log_room(pool).await?;
    if !room.is_enough() {
        found.push(Unready::LogFull { left: room.left() });
    }
    for reader in projection_status::all(pool).await? {
        let name = reader.name;
        if reader.parked > 0 && matches!(reader.state.as_str(), "live" | "halted") {
            put_aside.push(PutAside { reader: name.clone(), events: reader.parked });
        }
        if reader.state == "halted" {
            found.push(Unready::ReaderHalted { reader: name });
        } else if reader.state == "live"
            && let Some(lag) = reader.lag_seconds.filter(|lag| *lag > LAG_S_MAX)
        {
            let seconds = Duration::try_from_secs_f64(lag).unwrap_or(Duration::MAX).as_secs();
            found.push(Unready::ReaderBehind { reader: name, seconds });
        }
    }
    match kek::check(pool, keks).await {
        Ok(()) => {}
        Err(KekError::Database(error)) => return Err(error),
        Err(_) => found.push(Unready::KeyEncryptionKey),
    }
    Ok(Found { unready: found, put_aside })
}

/// Readiness of a process, cached.
pub struct Readiness {
    pool: PgPool,
    keks: Arc<KeyRing>,
    writer: Weak<WriterActivity>,
    found: Mutex<Option<(Instant, Found)>>,
}

impl Readiness {
    /// Readiness of a process with these keys, whose log is written by `writer`.
    pub fn new(pool: PgPool, keks: Arc<KeyRing>, writer: Weak<WriterActivity>) -> Self {
        Self { pool, keks, writer, found: Mutex::new(None) }
    }

    /// Returns the current readiness and the reasons.
    pub async fn look(&self) -> Found {
        let mut kept = self.found.lock().await;
        if let Some((at, found)) = kept.as_ref()
            && at.elapsed() < GOOD_FOR
        {
            return found.clone();
        }
        let mut found = look(&self.pool, &self.keks).await;
        let calling_for = self.writer.upgrade().and_then(|writer| writer.calling_for());
        if calling_for.is_some_and(|time| time > APPEND_TIME_MAX) {
            found.unready.push(Unready::Writer);
        }
        *kept = Some((Instant::now(), found.clone()));
        found
    }
}
