//! Rebuilds a read model from the log, beside the live one.
//!
//! ```text
//! begin ─► catch up ─► hold the live checkpoint ─► level ─► compare ─► promote ─► retire
//! ```
//! Readers see the old generation until they see the new one. The service continues
//! meanwhile; during the comparison the live subscriber waits, so that both are at one position. A
//! rebuild may be killed at any time: its leases expire, and the live generation continues.

mod levelling;
mod projection;
mod step;

use std::time::{Duration, Instant};

use hip_commands::port::log::LogError;
use sqlx::PgPool;
use thiserror::Error;
use uuid::Uuid;

pub use self::projection::{Compared, Generations, Projection};

use self::levelling::level;
use self::step::step;
use crate::postgres::begin;
use crate::postgres::event_store::LogReader;
use crate::subscription::{ApplyError, Cursor, Lease, PageFailure, Taking};

/// Events in one transaction: more than in the service, since nobody waits for them.
const PAGE: i64 = 2_000;

/// Duration of a rebuild's leases: the live subscriber continues this long after the rebuild died.
const LEASE: Duration = Duration::from_secs(15);

/// Maximum attempts to replace a generation whose tables another session has locked, for example a dump. Each
/// attempt waits for four seconds and blocks others; the live subscriber waits for all of them.
const PROMOTIONS_MAX: u32 = 12;

/// Pause between two attempts, in which others can proceed.
const PROMOTION_PAUSE: Duration = Duration::from_secs(1);

/// Rebuilds read models.
pub struct Rebuild {
    /// Source of events.
    pub log: LogReader,
    /// Connections with the service's role.
    pub pool: PgPool,
    /// Id of this process.
    pub process: Uuid,
}

/// Result of a rebuild.
#[derive(Debug)]
pub struct Rebuilt {
    /// Number of the generation that is live now.
    pub generation: i32,
    /// Its position.
    pub position: i64,
    /// Duration of filling it.
    pub filled_in: Duration,
    /// How long the live subscriber waited.
    pub held_for: Duration,
    /// Events that could not be applied, or wait behind one of their stream.
    pub parked_count: usize,
    /// Old and new content of each part, at one position.
    pub compared: Vec<Compared>,
}

impl Rebuilt {
    /// Whether both generations had the same content.
    pub fn is_same(&self) -> bool {
        self.compared.iter().all(Compared::is_same)
    }
}

/// Why the rebuild failed. The live generation is unchanged.
#[derive(Debug, Error)]
pub enum RebuildError {
    /// Another process is rebuilding it.
    #[error("{0} is being rebuilt by another process")]
    Busy(&'static str),
    /// There is no live generation to replace yet.
    #[error("{0} has never been built: `hip serve` does that")]
    NotLive(&'static str),
    /// Another process took a lease, or the log or a store failed.
    #[error("the rebuild stopped: {0}")]
    Stopped(String),
}

impl From<PageFailure> for RebuildError {
    fn from(stop: PageFailure) -> Self {
        Self::Stopped(stop.cause())
    }
}

impl From<ApplyError> for RebuildError {
    fn from(error: ApplyError) -> Self {
        PageFailure::from(error).into()
    }
}

impl From<sqlx::Error> for RebuildError {
    fn from(error: sqlx::Error) -> Self {
        PageFailure::from(error).into()
    }
}

impl From<LogError> for RebuildError {
    fn from(error: LogError) -> Self {
        PageFailure::from(error).into()
    }
}

impl Rebuild {
    /// Builds the next generation of `projection` and promotes it. Reports to `progress` the position
    /// reached, and the end of the log as of the start.
    ///
    /// # Errors
    ///
    /// [`RebuildError`]; the generation under construction is dropped then.
    pub async fn run(
        &self,
        projection: &dyn Projection,
        progress: &(dyn Fn(i64, i64) + Sync),
    ) -> Result<Rebuilt, RebuildError> {
        let name = projection.name();
        let owner = format!("rebuild {}", self.process);
        let next = Lease::begin_next(&self.pool, name, &owner, LEASE).await?;
        let next = next.ok_or(RebuildError::Busy(name))?;
        let mut next = Cursor::new(&self.pool, next, projection.poison()).await?;
        let rebuilt = self.fill_and_replace(projection, &mut next, &owner, progress).await;
        if rebuilt.is_err() {
            // Best effort: the next rebuild removes what is left.
            let _ = next.lease.abandon(&self.pool).await;
            let _ = projection.abandon(&self.pool, next.lease.generation).await;
        }
        rebuilt
    }

    async fn fill_and_replace(
        &self,
        projection: &dyn Projection,
        next: &mut Cursor,
        owner: &str,
        progress: &(dyn Fn(i64, i64) + Sync),
    ) -> Result<Rebuilt, RebuildError> {
        let begun_at = Instant::now();
        projection.begin(&self.pool, next.lease.generation).await?;
        self.catch_up(projection, next, progress).await?;
        let filled_in = begun_at.elapsed();

        let held_at = Instant::now();
        let live = Lease::take(&self.pool, projection.name(), owner, LEASE, Taking::Held).await?;
        let live = live.ok_or(RebuildError::NotLive(projection.name()))?;
        let mut live = Cursor::new(&self.pool, live, projection.poison()).await?;
        let replaced = self.replace(projection, next, &mut live).await;
        if replaced.is_err() {
            let _ = live.lease.release(&self.pool).await;
        }
        Ok(Rebuilt {
            generation: next.lease.generation.number,
            position: next.position(),
            filled_in,
            parked_count: next.parked_count(),
            compared: replaced?,
            held_for: held_at.elapsed(),
        })
    }

    /// Applies the log until less than a page is left.
    async fn catch_up(
        &self,
        projection: &dyn Projection,
        next: &mut Cursor,
        progress: &(dyn Fn(i64, i64) + Sync),
    ) -> Result<(), RebuildError> {
        let head = self.log.head().await?;
        loop {
            let done = step(&self.log, &self.pool, projection, next, PAGE).await?;
            progress(next.position(), head.max(next.position()));
            if done.is_last && done.is_applied {
                return Ok(());
            }
        }
    }

    /// Both leases are held: no other process writes to either generation.
    async fn replace(
        &self,
        projection: &dyn Projection,
        next: &mut Cursor,
        live: &mut Cursor,
    ) -> Result<Vec<Compared>, RebuildError> {
        level(&self.log, &self.pool, projection, next, live).await?;
        let generations = Generations { live: live.lease.generation, next: next.lease.generation };
        let compared = {
            let compare = projection.compare(&self.pool, &generations);
            tokio::pin!(compare);
            loop {
                tokio::select! {
                    compared = &mut compare => break compared?,
                    () = tokio::time::sleep(LEASE / 3) => {
                        next.lease.renew(&self.pool).await?;
                        live.lease.renew(&self.pool).await?;
                    }
                }
            }
        };
        let mut failures = 0;
        while let Err(stop) = self.promote(projection, &generations, next, live).await {
            failures += 1;
            if !stop.is_of_a_lock() || failures == PROMOTIONS_MAX {
                return Err(stop.into());
            }
            tokio::time::sleep(PROMOTION_PAUSE).await;
            next.lease.renew(&self.pool).await?;
            live.lease.renew(&self.pool).await?;
        }
        projection.retire(&self.pool, &generations).await?;
        Ok(compared)
    }

    /// Replaces the live generation by the next one. Until then both are unchanged.
    async fn promote(
        &self,
        projection: &dyn Projection,
        generations: &Generations,
        next: &Cursor,
        live: &Cursor,
    ) -> Result<(), PageFailure> {
        let mut transaction = begin(&self.pool).await?;
        // A store other than Postgres may take longer.
        sqlx::query("SET LOCAL idle_in_transaction_session_timeout = '60s'")
            .execute(&mut *transaction)
            .await?;
        projection.promote(&mut transaction, generations).await?;
        next.lease.replace(&live.lease, transaction).await
    }
}
