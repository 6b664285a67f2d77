//! The connection to Postgres: migrations by the owner, everything else as the service's role.

pub mod console_sessions;
pub(crate) mod deadline;
pub mod durability;
pub mod epochs;
pub mod eraser;
pub mod event_store;
pub mod idempotency;
pub mod queries;
pub mod scratch_database;
pub mod seals;
mod silence;
mod timeline;
pub mod vault;
pub(crate) mod warm;

use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

use sqlx::migrate::{Migration, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection, Executor, PgConnection, PgPool, PgTransaction};
use thiserror::Error;

use crate::postgres::deadline::within;
use silence::Silence;

pub use timeline::{Timeline, TimelineGuard};

/// A newer program may have applied more migrations; the database says whether this program is compatible.
static MIGRATOR: LazyLock<Migrator> = LazyLock::new(|| {
    let mut migrator = sqlx::migrate!("../migrations");
    migrator.set_ignore_missing(true);
    migrator
});

/// Settings of each session of the service. The role may append to the log and read it, but not change it. The
/// server stops a statement that runs longer than its limit or waits too long for a lock.
const SESSION: &str = "SET ROLE hip_service; \
     SET statement_timeout = '5s'; \
     SET lock_timeout = '4s'; \
     SET default_transaction_isolation = 'read committed'";

/// The server closes a session with an idle transaction, and one whose peer is gone: else the locks of a
/// frozen or disconnected process would stay. Only settings that the server knows are made.
const PEER_LIMITS: &str = "SELECT set_config(wanted.name, wanted.value, false) \
       FROM (VALUES ('idle_in_transaction_session_timeout', $1), ('client_connection_check_interval', '5s'), \
                    ('tcp_keepalives_idle', '15'), ('tcp_keepalives_interval', '5'), \
                    ('tcp_keepalives_count', '3'), ('tcp_user_timeout', '20s')) AS wanted(name, value) \
      WHERE current_setting(wanted.name, true) IS NOT NULL";

/// Default time limit of an idle transaction.
const IDLE_IN_TRANSACTION_MAX: Duration = Duration::from_secs(10);

/// Lower bound, however short the leases are: a transaction may wait for a disk or for another store.
pub(crate) const IDLE_IN_TRANSACTION_MIN: Duration = Duration::from_secs(5);

/// Why the database cannot be used.
#[derive(Debug, Error)]
pub enum DatabaseError {
    /// The URL is invalid.
    #[error("the database URL cannot be read")]
    Url(#[source] sqlx::Error),
    /// The server does not answer, or rejects the login.
    #[error("the database cannot be used")]
    Connect(#[source] sqlx::Error),
    /// The schema cannot be migrated.
    #[error(
        "the database schema cannot be migrated; `hip migrate` needs a role that may create schemas and roles"
    )]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// A newer program changed the schema in an incompatible way.
    #[error(
        "the database is of a newer hip: it needs one that has migration {oldest}, and this one ends with {newest}"
    )]
    TooOld {
        /// The newest migration that a program must know.
        oldest: i64,
        /// The newest migration of this program.
        newest: i64,
    },
}

/// Migrates the schema, under a lock, so that several processes may try at once. If it
/// is up to date, the service's role is sufficient.
///
/// # Errors
///
/// [`DatabaseError`]; also if the schema is too new for this program.
pub async fn migrate(url: &str) -> Result<(), DatabaseError> {
    let pool = connect_as_given(url).await?;
    let migrated = match is_current(&pool).await {
        Ok(true) => Ok(()),
        Ok(false) => MIGRATOR.run(&pool).await.map_err(DatabaseError::Migrate),
        Err(error) => Err(error),
    };
    pool.close().await;
    migrated
}

/// Opens one connection with the role of the URL.
async fn connect_as_given(url: &str) -> Result<PgPool, DatabaseError> {
    PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .connect_with(options(url)?)
        .await
        .map_err(DatabaseError::Connect)
}

/// Whether the schema is up to date. Changes nothing.
///
/// # Errors
///
/// The database does not answer, or its schema is too new for this program.
pub async fn is_migrated(url: &str) -> Result<bool, DatabaseError> {
    let pool = connect_as_given(url).await?;
    let is_current = is_current(&pool).await;
    pool.close().await;
    is_current
}

/// Whether a log exists, of this version or another. Changes nothing.
pub async fn has_log(url: &str) -> Result<bool, DatabaseError> {
    let pool = connect_as_given(url).await?;
    let found =
        sqlx::query_scalar("SELECT to_regclass('es.event') IS NOT NULL").fetch_one(&pool).await;
    pool.close().await;
    found.map_err(DatabaseError::Connect)
}

/// Whether all our migrations were applied unchanged. A newer program may have applied more, if this one
/// stays compatible.
async fn is_current(pool: &PgPool) -> Result<bool, DatabaseError> {
    let applied: Result<Vec<(i64, Vec<u8>)>, _> =
        sqlx::query_as("SELECT version, checksum FROM _sqlx_migrations WHERE success")
            .fetch_all(pool)
            .await;
    let Ok(applied) = applied else { return Ok(false) };
    let newest = MIGRATOR.iter().map(|ours| ours.version).max().unwrap_or_default();
    if applied.iter().any(|(version, _)| *version > newest) {
        let oldest = oldest_program(pool).await?;
        if oldest > newest {
            return Err(DatabaseError::TooOld { oldest, newest });
        }
    }
    let is_applied = |ours: &Migration| {
        applied.iter().any(|(version, checksum)| {
            *version == ours.version && checksum.as_slice() == ours.checksum.as_ref()
        })
    };
    Ok(MIGRATOR.iter().all(is_applied))
}

/// The newest migration that a program must know to work with this schema.
async fn oldest_program(pool: &PgPool) -> Result<i64, DatabaseError> {
    sqlx::query_scalar("SELECT oldest_program FROM es.compatibility")
        .fetch_one(pool)
        .await
        .map_err(DatabaseError::Connect)
}

/// Connects with the service's role.
pub async fn connect(url: &str, connection_count_max: u32) -> Result<PgPool, DatabaseError> {
    let session = Session { lease: IDLE_IN_TRANSACTION_MAX, guard: None };
    connect_with(url, connection_count_max, session).await
}

/// Settings of the connections of a pool.
#[derive(Debug, Clone)]
pub struct Session {
    /// A transaction may be idle for the time of a lease, at least five seconds. Then the server ends
    /// it: a frozen process has lost its leases and must not keep its locks.
    pub lease: Duration,
    /// Rejects connections to a server with another history.
    pub guard: Option<TimelineGuard>,
}

/// Connects with the service's role and these settings.
pub async fn connect_with(
    url: &str,
    connection_count_max: u32,
    session: Session,
) -> Result<PgPool, DatabaseError> {
    let silence = Silence::default();
    PgPoolOptions::new()
        .max_connections(connection_count_max)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        .before_acquire(move |connection, used| {
            let silence = silence.clone();
            Box::pin(async move { Ok(silence.is_trusted(connection, used.idle_for).await) })
        })
        // Otherwise the pool would wait for ever for an answer that the caller gave up on.
        .after_release(|connection, _| {
            Box::pin(async { silence::lives(connection).await.map(|()| true) })
        })
        .after_connect(move |connection, _| {
            let session = session.clone();
            Box::pin(async move { session.begin(connection).await })
        })
        .connect_with(options(url)?)
        .await
        .map_err(DatabaseError::Connect)
}

impl Session {
    async fn begin(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        if let Some(guard) = &self.guard {
            guard.check(connection).await?;
        }
        connection.execute(SESSION).await?;
        let idle_ms = self.lease.max(IDLE_IN_TRANSACTION_MIN).as_millis().to_string();
        sqlx::query(PEER_LIMITS).persistent(false).bind(idle_ms).execute(connection).await?;
        Ok(())
    }
}

/// Begins a transaction. A separate task completes the begin if the caller is cancelled. Otherwise the driver
/// would not know of a half-begun transaction, and the next user's writes would never be committed.
///
/// # Errors
///
/// The database cannot be used.
pub async fn begin(pool: &PgPool) -> Result<PgTransaction<'static>, sqlx::Error> {
    let pool = pool.clone();
    #[expect(clippy::disallowed_methods, reason = "here it cannot be given up")]
    let beginning = tokio::spawn(async move { pool.begin().await });
    beginning.await.map_err(|_| sqlx::Error::WorkerCrashed)?
}

/// Opens a new connection outside any pool, to check whether the server answers.
///
/// # Errors
///
/// It does not answer within `time_max`.
pub async fn answers(url: &str, time_max: Duration) -> Result<(), DatabaseError> {
    let options = options(url)?;
    let asked = async {
        let mut connection = PgConnection::connect_with(&options).await?;
        connection.execute("SELECT 1").await?;
        Ok(())
    };
    within(time_max, asked).await.map_err(DatabaseError::Connect)
}

/// Statements are not logged: their errors may quote data. The search path does not depend on
/// the user's name: a user `hip` would otherwise use our schema of that name.
fn options(url: &str) -> Result<PgConnectOptions, DatabaseError> {
    let options = PgConnectOptions::from_str(url).map_err(DatabaseError::Url)?;
    Ok(options.options([("search_path", "public")]).disable_statement_logging())
}
