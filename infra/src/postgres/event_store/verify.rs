//! Verifies the log: every position exists, every stream's hash chain is recomputed from the
//! stored bytes, and all events match the seals.

mod chain;
mod heads;
mod streams;

use futures_util::TryStreamExt;
use hip_commands::port::log::LogError;
use hip_proof::{Fault, LogCheck, Seal};
use sqlx::{PgConnection, PgPool};

use super::{SHARD, unavailable};
use chain::{Chains, Row};

use crate::postgres::begin;
pub use streams::verify_streams;

/// Result of a verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Number of checked events.
    pub event_count: u64,
    /// Number of their streams.
    pub stream_count: u64,
    /// The first fault; `None` if the log is intact.
    pub broken: Option<Broken>,
}

/// A place where the log was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Position of the event, or of a missing one.
    pub position: i64,
    /// The last position that may be affected, if the exact event is not known.
    pub through: Option<i64>,
    /// Its stream; empty if it concerns no single one.
    pub stream: String,
    /// What is wrong, as text.
    pub what: String,
}

impl Broken {
    fn at(position: i64, stream: &str, what: &str) -> Self {
        Self { position, through: None, stream: stream.to_owned(), what: what.to_owned() }
    }
}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Self {
            position: fault.from,
            through: (fault.to > fault.from).then_some(fault.to),
            stream: String::new(),
            what: fault.kind.to_string(),
        }
    }
}

/// What to verify.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// Events after this position: 0 for all. Earlier events are trusted.
    pub after: i64,
    /// Seals to compare with the log: they form a chain with valid signatures of a trusted key.
    pub seals: &'a [Seal],
}

impl Scope<'_> {
    /// All events, and no seals.
    pub const CHAIN: Self = Self { after: 0, seals: &[] };
}

/// Events per query; nothing is held open between two queries.
const PAGE: i64 = 5_000;

/// Reads the log and recomputes it. Reports the position to `progress` now and then.
///
/// Nothing is held open while the bulk is read. The end is read in one snapshot with the heads of
/// the log and of all streams. So a log that grows meanwhile is not a fault, and one whose newest
/// events were cut off is.
///
/// # Errors
///
/// The log cannot be read.
pub async fn verify(
    pool: &PgPool,
    scope: Scope<'_>,
    progress: impl Fn(i64),
) -> Result<Report, LogError> {
    let mut walk = Walk {
        scope,
        chains: Chains::after(scope.after),
        seals: LogCheck::new(scope.seals, scope.after),
        position: scope.after,
        event_count: 0,
        broken: None,
    };
    let mut connection = pool.acquire().await.map_err(unavailable)?;
    while walk.page(&mut connection).await? == Step::More {
        progress(walk.position);
    }
    drop(connection);
    if walk.broken.is_none() {
        let mut snapshot = begin(pool).await.map_err(unavailable)?;
        sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            .execute(&mut *snapshot)
            .await
            .map_err(unavailable)?;
        while walk.page(&mut snapshot).await? == Step::More {}
        if walk.broken.is_none() {
            walk.broken = walk.compare_heads(&mut snapshot).await?;
        }
    }
    Ok(walk.into_report())
}

/// State of a verification.
struct Walk<'a> {
    scope: Scope<'a>,
    chains: Chains,
    seals: LogCheck<'a>,
    position: i64,
    event_count: u64,
    broken: Option<Broken>,
}

/// Whether there may be more to read.
#[derive(PartialEq, Eq)]
enum Step {
    More,
    Done,
}

impl Walk<'_> {
    /// Reads and checks one page.
    async fn page(&mut self, connection: &mut PgConnection) -> Result<Step, LogError> {
        let before = self.position;
        self.chains.read_earlier(connection, self.position, PAGE).await?;
        let mut rows = sqlx::query_as::<_, Row>(include_str!("sql/verify.sql"))
            .bind(SHARD)
            .bind(self.position)
            .bind(PAGE)
            .fetch(connection);
        while let Some(row) = rows.try_next().await.map_err(unavailable)? {
            self.broken = self.check(&row).err();
            if self.broken.is_some() {
                return Ok(Step::Done);
            }
            self.position = row.position;
            self.event_count += 1;
        }
        Ok(if self.position == before { Step::Done } else { Step::More })
    }

    fn check(&mut self, row: &Row) -> Result<(), Broken> {
        let expected = self.position + 1;
        if row.position != expected {
            return Err(Broken::at(expected, "", "there is no event at this position"));
        }
        let hash = self.chains.follow(row)?;
        Ok(self.seals.event(row.position, &hash)?)
    }

    /// Compares the heads with the events, and checks that the log reaches as far as its seals.
    async fn compare_heads(&self, snapshot: &mut PgConnection) -> Result<Option<Broken>, LogError> {
        if let Err(fault) = self.seals.end(self.position) {
            return Ok(Some(fault.into()));
        }
        if let Some(broken) = heads::of_log(snapshot, self.position).await? {
            return Ok(Some(broken));
        }
        heads::of_streams(snapshot, &self.chains, self.position, self.scope.after == 0).await
    }

    fn into_report(self) -> Report {
        let stream_count = self.chains.count() as u64;
        Report { event_count: self.event_count, stream_count, broken: self.broken }
    }
}
