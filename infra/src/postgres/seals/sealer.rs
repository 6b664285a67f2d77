//! The sealing task.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::SubsecRound;
use hip_commands::port::Clock;
use hip_commands::port::log::LogError;
use hip_proof::{Chain, Fault, Hash, Seal, SigningKey, Statement, Tree};
use sqlx::PgPool;
use thiserror::Error;
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::journal::{self, JournalError};
use super::table;
use crate::postgres::deadline::InTime;
use crate::postgres::event_store::{SHARD, unavailable};

/// Maximum number of seals published in one step.
const PUBLISHED_AT_ONCE: i64 = 10_000;

/// Interval between checks for enough events for a seal.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// The conditions under which a seal is made.
#[derive(Debug, Clone, Copy)]
pub struct SealPace {
    /// Maximum number of events in one seal.
    pub event_count_max: i64,
    /// Interval after which new events are sealed, even if there are few.
    pub interval: Duration,
}

/// Seals the log while the service runs. Any number of processes may; they take turns.
pub struct Sealer {
    /// Connections with the service's role.
    pub pool: PgPool,
    /// The signing key.
    pub key: SigningKey,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// When seals are made.
    pub pace: SealPace,
    /// The file to which seals are published.
    pub journal: PathBuf,
}

/// Why sealing failed.
#[derive(Debug, Error)]
pub enum SealingError {
    /// The log cannot be read, or the seal cannot be stored.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Positions are missing, so nothing is sealed.
    #[error("the log has no event at position {0}")]
    Hole(i64),
    /// The seal could not be published.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The published seals are not a chain.
    #[error("the file of seals: {}", .0.kind)]
    Chain(Fault),
}

impl From<Fault> for SealingError {
    fn from(fault: Fault) -> Self {
        Self::Chain(fault)
    }
}

impl Sealer {
    /// Seals and publishes until `stop` is true; then once more, so that the last events are sealed.
    /// `head` says how long the log is.
    pub async fn run(&self, head: watch::Receiver<i64>, mut stop: watch::Receiver<bool>) {
        let mut look = interval(LOOK_INTERVAL);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sealed_at = Instant::now();
        let mut complained = false;
        let mut sealed_to = None;
        loop {
            tokio::select! {
                _ = look.tick() => {}
                _ = stop.wait_for(|stop| *stop) => break,
            }
            let is_due = sealed_at.elapsed() >= self.pace.interval;
            let waiting = sealed_to.map(|sealed_to| *head.borrow() - sealed_to);
            let wanted = if is_due { 1 } else { self.pace.event_count_max };
            if !complained && waiting.is_some_and(|waiting| waiting < wanted) {
                continue;
            }
            let done = self.turn(is_due).await;
            if let Err(error) = &done
                && !complained
            {
                tracing::error!(error = %error, "the log is not being sealed");
            }
            complained = done.is_err();
            let newest = self.newest().await.ok().flatten();
            sealed_to = done.is_ok().then(|| newest.map_or(0, |seal| seal.statement.to));
            if is_due && done.is_ok() {
                sealed_at = Instant::now();
            }
        }
        if let Err(error) = self.turn(true).await {
            tracing::error!(error = %error, "the newest events are not sealed");
        }
    }

    /// Seals the waiting events if it `is_due` or there are enough for a seal, and publishes unpublished
    /// seals.
    ///
    /// # Errors
    ///
    /// The log cannot be read or has a gap, or the seals cannot be stored or published.
    pub async fn turn(&self, is_due: bool) -> Result<(), SealingError> {
        let event_count_min = if is_due { 1 } else { self.pace.event_count_max };
        while self.seal_next(event_count_min).await?.is_some() {}
        self.publish().await
    }

    /// The newest seal.
    ///
    /// # Errors
    ///
    /// The database cannot be used.
    pub async fn newest(&self) -> Result<Option<Seal>, LogError> {
        table::newest(&self.pool).await
    }

    async fn publish(&self) -> Result<(), SealingError> {
        let path = self.journal.clone();
        let known = spawn_blocking(move || journal::known_through(&path));
        let mut after = known.await.expect("nothing panics there")?.unwrap_or(0);
        loop {
            // From the newest published seal on, to check that both copies are equal.
            let seals = table::kept(&self.pool, after, PUBLISHED_AT_ONCE).await?;
            let Some(last) = seals.last() else { return Ok(()) };
            after = last.statement.to;
            let path = self.journal.clone();
            let published = spawn_blocking(move || journal::publish(&path, &seals));
            published.await.expect("nothing panics there")?;
        }
    }

    /// Withdraws published seals that the database does not have, and records that in the file: the
    /// log continues on a server that lacks events. Returns the last position that they had sealed.
    ///
    /// # Errors
    ///
    /// The log cannot be read, the published seals are not a chain, or the file cannot be appended to.
    pub async fn give_up_lost(&self) -> Result<Option<i64>, SealingError> {
        let path = self.journal.clone();
        if !path.exists() {
            return Ok(None);
        }
        let lines = spawn_blocking(move || journal::published(&path));
        let chain = Chain::of(lines.await.expect("nothing panics there")?)?;
        let mut count = chain.seals.len();
        while let Some(seal) = count.checked_sub(1).map(|last| &chain.seals[last]) {
            let here = table::kept(&self.pool, seal.statement.to - 1, 1).await?;
            if here.first() == Some(seal) {
                break;
            }
            count -= 1;
        }
        let restarted_at = self.clock.now().trunc_subsecs(6);
        let restart = chain.restart(count, restarted_at, self.key.id().clone());
        let Some(restart) = restart.map(|restart| restart.sign(&self.key)) else {
            return Ok(None);
        };
        let (path, lost_through) = (self.journal.clone(), restart.statement.lost_through);
        let restarted = spawn_blocking(move || journal::restart(&path, &chain, &restart));
        let restarted = restarted.await.expect("nothing panics there")?;
        Ok(restarted.then_some(lost_through))
    }

    /// Makes the next seal if at least this many events wait for one.
    async fn seal_next(&self, event_count_min: i64) -> Result<Option<Seal>, SealingError> {
        let pool = &self.pool;
        let newest = self.newest().await?;
        let (after, previous) =
            newest.map_or((0, Statement::NO_PREVIOUS), |seal| (seal.statement.to, seal.digest()));
        let hashes: Vec<(i64, Hash)> = sqlx::query_as(
        "SELECT position, hash FROM es.event WHERE shard = $1 AND position > $2 ORDER BY position LIMIT $3",
    )
    .bind(SHARD)
    .bind(after)
    .bind(self.pace.event_count_max)
    .fetch_all(pool)
    .in_time()
    .await
    .map_err(unavailable)?;
        let mut tree = Tree::default();
        for (expected, (position, hash)) in (after + 1..).zip(&hashes) {
            if *position != expected {
                return Err(SealingError::Hole(expected));
            }
            tree.push(hash);
        }
        let enough = i64::try_from(hashes.len()).is_ok_and(|count| count >= event_count_min);
        let (Some(root), Some((to, _)), true) = (tree.root(), hashes.last(), enough) else {
            return Ok(None);
        };
        let statement = Statement {
            shard: SHARD,
            from: after + 1,
            to: *to,
            root,
            previous,
            sealed_at: self.clock.now().trunc_subsecs(6),
            key_id: self.key.id().clone(),
        };
        let seal = statement.sign(&self.key);
        Ok(table::keep(pool, &seal).await?.then_some(seal))
    }
}
