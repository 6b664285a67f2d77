//! One worker loop for every table of work: claim, perform, settle.
//!
//! A claim is a lease with a fence. It is renewed while the work runs; after a crash it expires and another
//! process repeats the work. A claim whose work ended without a settlement (it panicked, or the process was
//! told to stop) is released, so that it is retried at once.
//!
//! A queue has lanes. Each lane has its own worker slots: work that waits for a slow peer cannot take the slots of
//! other work.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))] // numbers and instants here come from outside

mod backoff;
mod held;
pub mod outbox;
pub mod replays;
mod supervise;
pub mod visit_jobs;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tracing::{Instrument, Span};

pub(crate) use backoff::{Backoff, at_least, spread};
pub use supervise::restart_after_panic;

use held::{Guard, Held};

/// Timing of a worker.
#[derive(Debug, Clone, Copy)]
pub struct WorkerConfig {
    /// Maximum number of claims at the same time, in each lane.
    pub concurrency: usize,
    /// Duration of a claim without renewal.
    pub lease: Duration,
    /// Interval between polls for due work.
    pub poll: Duration,
}

/// How long work may still run after the process is told to stop. Then it is released.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// Time limit of the last statements after that.
const GIVE_BACK_MAX: Duration = Duration::from_secs(2);

/// Reason of an attempt that panicked.
const PANICKED: &str = "the task panicked; the service's log says where";

/// A table of work.
pub(crate) trait Queue: Send + Sync + 'static {
    /// A row that this process works on.
    type Claim: Send + Sync + 'static;
    /// The final state of a row.
    type Settlement: Send + Sync;

    /// Name of the rows in the service's log.
    const ROWS: &'static str;

    /// Number of lanes.
    fn lane_count(&self) -> usize;

    /// Claims up to `limit` due and unclaimed rows of a lane.
    fn take(
        &self,
        lane: usize,
        limit: i64,
    ) -> impl Future<Output = Result<Vec<Self::Claim>, sqlx::Error>> + Send;

    /// The tracing span of a claim's work.
    fn span(&self, claim: &Self::Claim) -> Span;

    /// Does the work.
    fn perform(&self, claim: &Self::Claim) -> impl Future<Output = Self::Settlement> + Send;

    /// Time limit of the work; without it a claim would be renewed for ever.
    fn time_max(&self, claim: &Self::Claim) -> Duration;

    /// The settlement after an attempt that panicked or timed out.
    fn broken_off(&self, claim: &Self::Claim, reason: String) -> Self::Settlement;

    /// The settlement of interrupted work: due at once, with its attempt counted.
    fn given_back(&self) -> Self::Settlement;

    /// Records the settlement; without effect if the claim was lost meanwhile.
    fn settle(
        &self,
        claim: &Self::Claim,
        settlement: &Self::Settlement,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Renews these claims.
    fn renew(
        &self,
        claims: &[Arc<Self::Claim>],
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Called when nothing was due.
    fn idle(&self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// Processes a queue.
pub(crate) struct Worker<Q: Queue> {
    queue: Arc<Q>,
    config: WorkerConfig,
    /// Notified when there may be work.
    work: Arc<Notify>,
    lanes: Vec<Arc<Semaphore>>,
    held: Arc<Held<Q::Claim>>,
}

impl<Q: Queue> Worker<Q> {
    pub(crate) fn new(queue: Q, config: WorkerConfig, work: Arc<Notify>) -> Self {
        let slots = |_| Arc::new(Semaphore::new(config.concurrency.max(1)));
        let lanes = (0..queue.lane_count()).map(slots).collect();
        Self { queue: Arc::new(queue), config, work, lanes, held: Arc::default() }
    }

    /// Runs until `stop` is true. Then running work gets a grace period, and the rest is released.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut running = JoinSet::new();
        let mut beside = JoinSet::new();
        beside.spawn(keep_renewing(
            Arc::clone(&self.queue),
            Arc::clone(&self.held),
            self.config.lease,
        ));
        while !*stop.borrow() {
            while running.try_join_next().is_some() {}
            tokio::select! {
                took_some = self.turn(&mut running) => if took_some { continue },
                _ = stop.changed() => break,
            }
            tokio::select! {
                () = self.work.notified() => {}
                () = tokio::time::sleep(self.config.poll) => {}
                _ = stop.changed() => {}
            }
        }
        let all = async { while running.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(SHUTDOWN_GRACE, all).await;
        running.shutdown().await;
        if tokio::time::timeout(GIVE_BACK_MAX, self.give_back()).await.is_err() {
            tracing::warn!(rows = Q::ROWS, "claims were not released; their leases will expire");
        }
    }

    /// Starts due work for which there is a slot. Returns whether there was any.
    async fn turn(&self, running: &mut JoinSet<()>) -> bool {
        self.give_back().await;
        let mut took_some = false;
        for (lane, slots) in self.lanes.iter().enumerate() {
            let Ok(free) = i64::try_from(slots.available_permits()) else { continue };
            if free == 0 {
                continue;
            }
            match self.queue.take(lane, free).await {
                Ok(claims) => {
                    took_some |= !claims.is_empty();
                    for claim in claims {
                        let guard = Guard::new(&self.held, claim);
                        let slot = Arc::clone(slots).try_acquire_owned().ok();
                        running.spawn(self.work_on(guard, slot));
                    }
                }
                Err(error) => {
                    let unreachable = error.as_database_error().is_none();
                    tracing::warn!(rows = Q::ROWS, unreachable, "the work queue cannot be read");
                }
            }
        }
        if !took_some {
            self.queue.idle().await;
        }
        took_some
    }

    fn work_on(
        &self,
        guard: Guard<Q::Claim>,
        slot: Option<OwnedSemaphorePermit>,
    ) -> impl Future<Output = ()> + Send + use<Q> {
        let (queue, work) = (Arc::clone(&self.queue), Arc::clone(&self.work));
        let span = queue.span(guard.claim());
        async move {
            let time_max = queue.time_max(guard.claim());
            let performing = AssertUnwindSafe(queue.perform(guard.claim())).catch_unwind();
            let settlement = match tokio::time::timeout(time_max, performing).await {
                Ok(Ok(settlement)) => settlement,
                Ok(Err(_)) => {
                    tracing::error!(rows = Q::ROWS, "a task panicked");
                    queue.broken_off(guard.claim(), PANICKED.to_owned())
                }
                Err(_) => {
                    let reason = format!("it was not done within {} seconds", time_max.as_secs());
                    queue.broken_off(guard.claim(), reason)
                }
            };
            if queue.settle(guard.claim(), &settlement).await.is_err() {
                // The row keeps its lease, and the work is repeated when that expires.
                tracing::warn!(
                    rows = Q::ROWS,
                    "the end of a task was not recorded; it will run again"
                );
            }
            guard.settled();
            drop(slot);
            work.notify_one();
        }
        .instrument(span)
    }

    /// Releases the claims whose work ended without a settlement.
    async fn give_back(&self) {
        for claim in self.held.dropped() {
            if self.queue.settle(&claim, &self.queue.given_back()).await.is_err() {
                tracing::warn!(rows = Q::ROWS, "a claim was not released; its lease will expire");
            }
        }
    }
}

/// Renews the claims in use, three times per lease.
async fn keep_renewing<Q: Queue>(queue: Arc<Q>, held: Arc<Held<Q::Claim>>, lease: Duration) {
    loop {
        tokio::time::sleep(lease.checked_div(3).unwrap_or(lease)).await;
        let claims = held.all();
        if claims.is_empty() {
            continue;
        }
        let renewed = AssertUnwindSafe(queue.renew(&claims)).catch_unwind().await;
        if !matches!(renewed, Ok(Ok(()))) {
            tracing::warn!(rows = Q::ROWS, "claims could not be renewed");
        }
    }
}

#[cfg(test)]
mod tests;
