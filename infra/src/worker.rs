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
mod ended;
mod held;
mod lane;
pub mod outbox;
pub mod replays;
mod supervise;
pub mod visit_jobs;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{Notify, OwnedSemaphorePermit, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::{Instrument, Span};

pub(crate) use backoff::{Backoff, at_least, spread};
pub(crate) use lane::Rank;
pub use supervise::restart_after_panic;

use ended::Ended;
use held::{Guard, Held};
use lane::LaneQueue;

use crate::wake_times::WakeTimes;

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

/// Pause after the table could not be read.
const READ_AGAIN: Duration = Duration::from_millis(250);

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

    /// Claims up to `limit` due and unclaimed rows of a lane; none of those that this process works on, although
    /// their lease may have run out.
    fn take(
        &self,
        lane: usize,
        limit: i64,
        held: &[Arc<Self::Claim>],
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

    /// Whether any row of the table is due, or must be looked after. Asked at each poll, before the lanes.
    fn has_due(&self) -> impl Future<Output = Result<bool, sqlx::Error>> + Send {
        std::future::ready(Ok(true))
    }

    /// Called when nothing was due.
    fn idle(&self) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// Releases claims whose work did not end. Without effect on those that were lost meanwhile.
    fn release(
        &self,
        claims: &[Arc<Self::Claim>],
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send {
        async move {
            for claim in claims {
                self.settle(claim, &self.given_back()).await?;
            }
            Ok(())
        }
    }

    /// Claims that this process has without a query, with their lanes. Each is returned once.
    fn handed(&self) -> Vec<(usize, Self::Claim)> {
        vec![]
    }

    /// Waits for such claims.
    fn until_handed(&self) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }

    /// Called before the last work ends: no more claims are to be handed.
    fn stopping(&self) {}

    /// The place of a claim among those that wait for a slot.
    fn rank(&self, _: &Self::Claim) -> Rank {
        Rank::default()
    }

    /// How many claims of a lane may wait for a slot.
    fn ahead(&self, _lane: usize) -> usize {
        0
    }

    /// Whether the end of work in a lane may make other rows of it due.
    fn frees_others(&self, _lane: usize) -> bool {
        true
    }

    /// When a row with this settlement is due again; `None` if at once or never.
    fn due_after(&self, _: &Self::Settlement) -> Option<Duration> {
        None
    }

    /// Times at which rows become due.
    fn wake_times(&self) -> Arc<WakeTimes> {
        Arc::default()
    }

    /// The interval between polls, of which the configured one is the longest.
    fn poll(&self, configured: Duration) -> Duration {
        configured
    }

    /// Called when a lane has no due rows any more.
    fn emptied(&self, _lane: usize) {}
}

/// Processes a queue.
pub(crate) struct Worker<Q: Queue> {
    queue: Arc<Q>,
    config: WorkerConfig,
    /// Notified when there may be due rows.
    work: Arc<Notify>,
    ended: Arc<Ended>,
    held: Arc<Held<Q::Claim>>,
    wake_times: Arc<WakeTimes>,
}

impl<Q: Queue> Worker<Q> {
    pub(crate) fn new(queue: Q, config: WorkerConfig, work: Arc<Notify>) -> Self {
        let wake_times = queue.wake_times();
        let lane_count = queue.lane_count();
        let (queue, ended) = (Arc::new(queue), Arc::new(Ended::new(lane_count)));
        let held = Arc::default();
        Self { queue, config, work, ended, held, wake_times }
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
        let lane = |_| LaneQueue::new(self.config.concurrency);
        let mut lanes: Vec<_> = (0..self.queue.lane_count()).map(lane).collect();
        let mut polled_at = Instant::now();
        while !*stop.borrow() {
            while running.try_join_next().is_some() {}
            let is_passed = self.wake_times.take_passed();
            if is_passed || self.until_poll(polled_at).is_zero() {
                if is_passed || self.may_have_due().await {
                    ask_for_all(&mut lanes);
                }
                polled_at = Instant::now();
            }
            tokio::select! {
                took_some = self.turn(&mut lanes, &mut running) => if took_some { continue },
                _ = stop.changed() => break,
            }
            tokio::select! {
                () = self.work.notified() => ask_for_all(&mut lanes),
                () = self.ended.some.notified() => self.ask_after_work(&mut lanes),
                () = self.queue.until_handed() => {}
                () = self.wake_times.passed() => {}
                () = tokio::time::sleep(self.until_poll(polled_at)) => {}
                _ = stop.changed() => {}
            }
        }
        self.queue.stopping();
        drop(lanes);
        let all = async { while running.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(SHUTDOWN_GRACE, all).await;
        running.shutdown().await;
        for (_, claim) in self.queue.handed() {
            drop(Guard::new(&self.held, claim));
        }
        if tokio::time::timeout(GIVE_BACK_MAX, self.give_back()).await.is_err() {
            tracing::warn!(rows = Q::ROWS, "claims were not released; their leases will expire");
        }
    }

    /// Whether a poll is worth a query for each lane.
    async fn may_have_due(&self) -> bool {
        if self.queue.has_due().await.unwrap_or(true) {
            return true;
        }
        (0..self.queue.lane_count()).for_each(|lane| self.queue.emptied(lane));
        false
    }

    fn until_poll(&self, polled_at: Instant) -> Duration {
        self.queue.poll(self.config.poll).saturating_sub(polled_at.elapsed())
    }

    fn ask_after_work(&self, lanes: &mut [LaneQueue<Q::Claim>]) {
        for (number, lane) in lanes.iter_mut().enumerate() {
            lane.is_asked_for |= self.ended.take(number) && self.queue.frees_others(number);
        }
    }

    /// Starts due work for which there is a slot. Returns whether the table had any.
    async fn turn(&self, lanes: &mut [LaneQueue<Q::Claim>], running: &mut JoinSet<()>) -> bool {
        self.give_back().await;
        for (number, claim) in self.queue.handed() {
            if let Some(lane) = lanes.get_mut(number) {
                lane.push(self.queue.rank(&claim), Guard::new(&self.held, claim));
            }
        }
        let (mut asked, mut took_some) = (false, false);
        for (number, lane) in lanes.iter_mut().enumerate() {
            self.start(number, lane, running);
            let wanted = lane.wanted(self.queue.ahead(number));
            let Ok(limit @ 1..) = i64::try_from(wanted) else { continue };
            (lane.is_asked_for, lane.has_more, asked) = (false, false, true);
            match self.queue.take(number, limit, &self.held.all()).await {
                Ok(claims) => {
                    lane.has_more = claims.len() >= wanted;
                    took_some |= !claims.is_empty();
                    for claim in claims {
                        lane.push(self.queue.rank(&claim), Guard::new(&self.held, claim));
                    }
                    self.start(number, lane, running);
                    if !lane.has_more {
                        self.queue.emptied(number);
                    }
                }
                Err(error) => {
                    let unreachable = error.as_database_error().is_none();
                    tracing::warn!(rows = Q::ROWS, unreachable, "the work queue cannot be read");
                    self.wake_times.add(READ_AGAIN);
                }
            }
        }
        if asked && !took_some {
            self.queue.idle().await;
        }
        took_some
    }

    fn start(&self, number: usize, lane: &mut LaneQueue<Q::Claim>, running: &mut JoinSet<()>) {
        while let Some((guard, slot)) = lane.start() {
            running.spawn(self.work_on(number, guard, slot));
        }
    }

    fn work_on(
        &self,
        lane: usize,
        guard: Guard<Q::Claim>,
        slot: OwnedSemaphorePermit,
    ) -> impl Future<Output = ()> + Send + use<Q> {
        let (queue, ended) = (Arc::clone(&self.queue), Arc::clone(&self.ended));
        let wake_times = Arc::clone(&self.wake_times);
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
            // Others need not wait until its end is recorded.
            drop(slot);
            ended.note(lane);
            if queue.settle(guard.claim(), &settlement).await.is_err() {
                // The row keeps its lease, and the work is repeated when that expires.
                tracing::warn!(
                    rows = Q::ROWS,
                    "the end of a task was not recorded; it will run again"
                );
            }
            if let Some(after) = queue.due_after(&settlement) {
                wake_times.add(after);
            }
            guard.settled();
            ended.note(lane);
        }
        .instrument(span)
    }

    /// Releases the claims whose work ended without a settlement.
    async fn give_back(&self) {
        let dropped = self.held.dropped();
        if !dropped.is_empty() && self.queue.release(&dropped).await.is_err() {
            tracing::warn!(rows = Q::ROWS, "claims were not released; their leases will expire");
        }
    }
}

fn ask_for_all<C>(lanes: &mut [LaneQueue<C>]) {
    for lane in lanes {
        lane.is_asked_for = true;
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
