//! A read model is built anew from the log, beside the one that is read.
//!
//! ```text
//! begin ─► catch up ─► hold the live checkpoint ─► level ─► compare ─► promote ─► retire
//! ```
//! Readers see the old generation until the moment in which they see the new one. The service goes on
//! meanwhile; while the two are compared its own reader waits, so that both stand at one position. What
//! rebuilds may be killed at any moment: its leases run out, and the live generation goes on.

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

/// Events in one transaction: more than a service takes, since nobody waits for them.
const PAGE: i64 = 2_000;

/// How long the leases of a rebuild hold: how long after its death the live reader goes on.
const LEASE: Duration = Duration::from_secs(15);

/// How often it is tried to replace a generation whose tables another session holds, a dump for example. Each
/// attempt waits for four seconds and keeps others waiting; the live reader waits for all of them.
const PROMOTIONS_MAX: u32 = 12;

/// Between two attempts, in which others get through.
const PROMOTION_PAUSE: Duration = Duration::from_secs(1);

/// What a rebuild needs.
pub struct Rebuild {
    /// The log.
    pub log: LogReader,
    /// Connections as the service's role.
    pub pool: PgPool,
    /// Who rebuilds.
    pub process: Uuid,
}

/// What came of it.
#[derive(Debug)]
pub struct Rebuilt {
    /// The generation that is read now.
    pub generation: i32,
    /// The position that it stands at.
    pub position: i64,
    /// How long it took to fill.
    pub filled_in: Duration,
    /// For how long the live reader waited.
    pub held_for: Duration,
    /// Events that could not be applied, or wait behind one of their stream.
    pub parked_count: usize,
    /// What each part of it held before and holds now, at one position.
    pub compared: Vec<Compared>,
}

impl Rebuilt {
    /// Whether both generations held the same.
    pub fn is_same(&self) -> bool {
        self.compared.iter().all(Compared::is_same)
    }
}

/// Why nothing was rebuilt. The live generation is as it was.
#[derive(Debug, Error)]
pub enum RebuildError {
    /// Somebody else is at it.
    #[error("{0} is being rebuilt by another process")]
    Busy(&'static str),
    /// There is nothing to replace yet.
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
    /// Builds the next generation of `projection` and has it read. `progress` is told the position that
    /// was reached, and the end of the log as it was at the beginning.
    ///
    /// # Errors
    ///
    /// [`RebuildError`]; the generation that was being built is gone then.
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
            // As well as it goes: what is left is removed by the next rebuild.
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

    /// Applies the log until there is less than a page of it left.
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

    /// Both leases are held: nobody else writes to either generation.
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

    /// Has the next generation read in the place of the live one. Until then both are as they were.
    async fn promote(
        &self,
        projection: &dyn Projection,
        generations: &Generations,
        next: &Cursor,
        live: &Cursor,
    ) -> Result<(), PageFailure> {
        let mut transaction = begin(&self.pool).await?;
        // A store apart from Postgres may take its time.
        sqlx::query("SET LOCAL idle_in_transaction_session_timeout = '60s'")
            .execute(&mut *transaction)
            .await?;
        projection.promote(&mut transaction, generations).await?;
        next.lease.replace(&live.lease, transaction).await
    }
}
