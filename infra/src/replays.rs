//! Orders to do something again are followed, by whichever process has a hand free.
//!
//! An item is a claim with a lease and a fence, as everywhere. Before each, the log is asked whether the
//! order may go on: after a cancel is in the log, a hand at most finishes the item that it has. Who was
//! killed half-way leaves the item to its lease, and it is done again with one effect.

mod claims;
mod dead_letters;
mod listing;
mod queue;

use std::sync::Arc;
use std::time::Duration;

use hip_commands::Provider;
use hip_commands::port::{Conversations, ReplayQueue};
use hip_commands::replay::order::{self, OrderError};
use hip_commands::replay::{Done, Outcome, redo};
use hip_commands::task::TaskError;
use hip_domain::replay::Replay;
use sqlx::PgPool;
use tokio::sync::{Notify, Semaphore, watch};
use tracing::Instrument;

pub use dead_letters::{Group, groups};
pub use listing::{DoneItem, Order, items, of_stream, one, orders};
pub use queue::{ITEM_COUNT_MAX, PgReplayQueue, Selected, select};

use crate::outbox::Pace;
use claims::{Claim, Claims, Settlement};

/// How long items may still run when the process is told to stop.
const FAREWELL: Duration = Duration::from_secs(10);

/// Tries after which an item is given up: a store that is away comes back within minutes.
const ATTEMPT_COUNT_MAX: i32 = 20;

/// How long an item may take before it is broken off and done again later.
const ITEM_TIME_MAX: Duration = Duration::from_secs(300);

/// Between two looks at an order that waits.
const HELD_FOR: Duration = Duration::from_secs(1);

/// Follows orders.
pub struct Replays {
    provider: Provider,
    conversations: Arc<dyn Conversations>,
    queue: Arc<dyn ReplayQueue>,
    claims: Claims,
    pace: Pace,
    work: Arc<Notify>,
    permits: Arc<Semaphore>,
}

impl Replays {
    /// A worker over the items in `pool`.
    pub fn new(
        provider: Provider,
        conversations: Arc<dyn Conversations>,
        queue: Arc<dyn ReplayQueue>,
        pool: PgPool,
        pace: Pace,
    ) -> Self {
        Self {
            provider,
            conversations,
            queue,
            claims: Claims::new(pool, pace.lease),
            pace,
            work: Arc::default(),
            permits: Arc::new(Semaphore::new(pace.concurrency)),
        }
    }

    /// Runs until `stop` says so, then waits a little for what is under way.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let renewing = tokio::spawn(self.claims.clone().keep_renewing());
        while !*stop.borrow() {
            if self.start_what_is_due().await {
                continue;
            }
            self.complete().await;
            tokio::select! {
                () = self.work.notified() => {}
                () = tokio::time::sleep(self.pace.poll) => {}
                _ = stop.changed() => {}
            }
        }
        let all = u32::try_from(self.pace.concurrency).unwrap_or(u32::MAX);
        let _ = tokio::time::timeout(FAREWELL, self.permits.acquire_many(all)).await;
        renewing.abort();
    }

    /// Starts as many items as there are free hands; whether there may be more at once.
    async fn start_what_is_due(&self) -> bool {
        let free = match i64::try_from(self.permits.available_permits()) {
            Ok(free) if free > 0 => free,
            Ok(_) | Err(_) => {
                // Wait for a hand, then look.
                drop(self.permits.acquire().await);
                return true;
            }
        };
        match self.claims.take(free).await {
            Ok(claims) => {
                let took_some = !claims.is_empty();
                for claim in claims {
                    self.start(claim);
                }
                took_some
            }
            Err(error) => {
                let unreachable = error.as_database_error().is_none();
                tracing::warn!(unreachable, "the items of replays cannot be read");
                false
            }
        }
    }

    fn start(&self, claim: Claim) {
        let permit = Arc::clone(&self.permits).try_acquire_owned().ok();
        let (provider, conversations, queue) =
            (self.provider.clone(), Arc::clone(&self.conversations), Arc::clone(&self.queue));
        let (claims, work) = (self.claims.clone(), Arc::clone(&self.work));
        let span = tracing::info_span!("replay.item", replay = %claim.replay_id, item = claim.n);
        let work_on = async move {
            let following = follow(&provider, conversations.as_ref(), queue.as_ref(), &claim);
            let settlement = tokio::time::timeout(ITEM_TIME_MAX, following)
                .await
                .unwrap_or_else(|_| late(&claim));
            claims.settle(&claim, &settlement).await;
            drop(permit);
            // A hand is free.
            work.notify_one();
        };
        tokio::spawn(work_on.instrument(span));
    }

    /// Orders of which every item was looked at are over.
    async fn complete(&self) {
        let Ok(finished) = self.claims.finished().await else { return };
        for (replay, tally) in finished {
            let (dispatcher, queue) = (&self.provider.dispatcher, self.queue.as_ref());
            match order::complete(dispatcher, queue, replay, tally).await {
                Ok(()) => tracing::info!(%replay, ?tally, "a replay is completed"),
                Err(error) => tracing::warn!(%replay, %error, "the end of a replay was not noted"),
            }
        }
    }
}

/// Does an item, if its order may go on.
async fn follow(
    provider: &Provider,
    conversations: &dyn Conversations,
    queue: &dyn ReplayQueue,
    claim: &Claim,
) -> Settlement {
    match may_go_on(provider, queue, claim).await {
        Ok(true) => {}
        Ok(false) => return Settlement::Held { after: HELD_FOR },
        Err(error) => {
            tracing::warn!(%error, "an order cannot be looked up");
            return Settlement::Held { after: HELD_FOR };
        }
    }
    let (Some(order), item) = (claim.order(), claim.item()) else {
        let reason = "the order cannot be read";
        return Settlement::Done(Done::without_effect(Outcome::Failed, reason));
    };
    match redo(provider, conversations, &order, &item).await {
        Ok(done) => Settlement::Done(done),
        Err(TaskError::Never { reason }) => {
            Settlement::Done(Done::without_effect(Outcome::Failed, reason))
        }
        Err(TaskError::Later { reason, .. }) if claim.attempts >= ATTEMPT_COUNT_MAX => {
            Settlement::Done(Done::without_effect(Outcome::Failed, reason))
        }
        Err(TaskError::Later { after, reason }) => {
            tracing::warn!(reason, "an item is tried again later");
            Settlement::Again { after: after.unwrap_or_else(|| backoff(claim.attempts)), reason }
        }
    }
}

/// An item that was broken off.
fn late(claim: &Claim) -> Settlement {
    let reason = format!("it was not done within {} seconds", ITEM_TIME_MAX.as_secs());
    if claim.attempts >= ATTEMPT_COUNT_MAX {
        return Settlement::Done(Done::without_effect(Outcome::Failed, reason));
    }
    Settlement::Again { after: backoff(claim.attempts), reason }
}

/// Asked of the log, before every item. What the row says wrongly is mended.
async fn may_go_on(
    provider: &Provider,
    queue: &dyn ReplayQueue,
    claim: &Claim,
) -> Result<bool, OrderError> {
    let (dispatcher, replay) = (&provider.dispatcher, claim.replay());
    match order::standing(dispatcher, replay).await? {
        Replay::Running => Ok(true),
        // Its order is not in the log yet, or never came there; or the switch is off.
        Replay::Absent | Replay::Paused => Ok(false),
        state @ (Replay::Cancelled | Replay::Completed) => {
            queue.note(replay, state).await?;
            Ok(false)
        }
    }
}

/// A quarter of a second, doubled up to a minute.
fn backoff(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(8);
    Duration::from_millis(250 << doublings).min(Duration::from_secs(60))
}
