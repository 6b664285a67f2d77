//! Proof that the log is whole: every position there, every stream's chain recomputed from the
//! stored bytes, and all of it what was sealed.

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

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Events that were checked.
    pub event_count: u64,
    /// Streams that they belong to.
    pub stream_count: u64,
    /// The first fault; nothing, when the log is whole.
    pub broken: Option<Broken>,
}

/// Where the log is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Position of the event, or of where one is missing.
    pub position: i64,
    /// The last event that it may concern, where it cannot be told which one.
    pub through: Option<i64>,
    /// Its stream; empty when it concerns no single one.
    pub stream: String,
    /// What is wrong, in words.
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

/// What is checked.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// Events after this position: 0 for all. What lies before is believed.
    pub after: i64,
    /// Seals to hold the log against: they follow each other, and are signed by who is believed.
    pub seals: &'a [Seal],
}

impl Scope<'_> {
    /// All events, and no seals.
    pub const CHAIN: Self = Self { after: 0, seals: &[] };
}

/// Events per query; between two, nothing is held open.
const PAGE: i64 = 5_000;

/// Reads the log and recomputes it. `progress` is told the position now and then.
///
/// Nothing is held open while the bulk is read. The end is read in one snapshot with the heads of
/// the log and of all streams, so that a log that grows meanwhile is no fault, and one whose newest
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

/// How far the log has been recomputed.
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

    /// The heads must say the same as the events, and the log must reach as far as its seals.
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
