//! Performs replay orders, in any process with a free worker slot.
//!
//! An item is a claim with a lease and a fence. Before each item, the log is checked whether the
//! order may continue: after a cancel is in the log, a worker at most finishes its current item. If a process is
//! killed, the lease of its item expires and the item is repeated, with one effect.

mod claims;
mod dead_letters;
mod listing;
mod queue;

use std::sync::Arc;
use std::time::Duration;

use hip_commands::Ports;
use hip_commands::operations::replay::order::{self, OrderError};
use hip_commands::operations::replay::{Done, ItemOutcome, redo};
use hip_commands::port::{CorrelationIndex, ReplayQueue};
use hip_commands::tasks::TaskError;
use hip_domain::replay::Replay;
use sqlx::PgPool;
use tokio::sync::{Notify, watch};
use tracing::Span;

pub use dead_letters::groups;
pub use listing::{items, one, orders};
pub use queue::{ITEM_COUNT_MAX, PgReplayQueue, SELECT, Selected, select};

use crate::worker::{Backoff, Queue, Worker, WorkerConfig, spread};
use claims::{Claim, Claims, Settlement};

/// Maximum attempts for an item: an unavailable store recovers within minutes.
const ATTEMPT_COUNT_MAX: i32 = 20;

const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(60) };
/// Time limit of an item; then it is stopped and retried later.
const ITEM_TIME_MAX: Duration = Duration::from_secs(300);

/// Longest interval between polls while there is an order that may run.
const PACE: Duration = Duration::from_millis(250);

/// Interval between two checks of a waiting order.
const HELD_FOR: Duration = Duration::from_secs(1);

/// How long this process leaves an item, which only a newer version of the program can process, to other processes.
const LEFT_TO_NEWER: Duration = Duration::from_secs(10);

/// Performs orders.
pub struct Replays(Worker<Items>);

impl Replays {
    /// A worker on the items in `pool`; `work` is notified of orders.
    pub fn new(
        ports: Ports,
        conversations: Arc<dyn CorrelationIndex>,
        queue: Arc<dyn ReplayQueue>,
        pool: PgPool,
        config: WorkerConfig,
        work: Arc<Notify>,
    ) -> Self {
        let claims = Claims::new(pool, config.lease);
        let items = Items { ports, conversations, queue, claims };
        Self(Worker::new(items, config, work))
    }

    /// Runs until `stop` is true, then waits a little for running items.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        self.0.run(stop).await;
    }
}

struct Items {
    ports: Ports,
    conversations: Arc<dyn CorrelationIndex>,
    queue: Arc<dyn ReplayQueue>,
    claims: Claims,
}

impl Queue for Items {
    type Claim = Claim;
    type Settlement = Settlement;

    const ROWS: &'static str = "items of replays";

    fn lane_count(&self) -> usize {
        1
    }

    async fn take(
        &self,
        _: usize,
        limit: i64,
        held: &[Arc<Claim>],
    ) -> Result<Vec<Claim>, sqlx::Error> {
        self.claims.take(limit, held).await
    }

    async fn has_due(&self) -> Result<bool, sqlx::Error> {
        self.claims.look_for_open_orders().await
    }

    fn span(&self, claim: &Claim) -> Span {
        tracing::info_span!("replay.item", replay = %claim.replay_id, item = claim.n)
    }

    async fn perform(&self, claim: &Claim) -> Settlement {
        match may_go_on(&self.ports, self.queue.as_ref(), claim).await {
            Ok(true) => {}
            Ok(false) => return Settlement::Held { after: HELD_FOR },
            Err(error) => {
                tracing::warn!(%error, "an order cannot be looked up");
                return Settlement::Held { after: HELD_FOR };
            }
        }
        let (Some(order), Some(item)) = (claim.order(), claim.item()) else {
            return self.left_to_newer("this version of hip does not know the order");
        };
        let conversations = self.conversations.as_ref();
        match redo(&self.ports, conversations, &order, &item).await {
            Ok(done) => Settlement::Done(done),
            Err(error) => self.failed(error, claim.attempts),
        }
    }

    fn time_max(&self, _: &Claim) -> Duration {
        ITEM_TIME_MAX
    }

    fn broken_off(&self, claim: &Claim, reason: String) -> Settlement {
        self.failed(TaskError::Later { after: None, reason }, claim.attempts)
    }

    fn given_back(&self) -> Settlement {
        let reason = "the process stopped before the item was done".to_owned();
        Settlement::Again { after: Duration::ZERO, reason }
    }

    async fn settle(&self, claim: &Claim, settlement: &Settlement) -> Result<(), sqlx::Error> {
        self.claims.settle(claim, settlement).await
    }

    async fn renew(&self, claims: &[Arc<Claim>]) -> Result<(), sqlx::Error> {
        self.claims.renew(claims).await
    }

    fn due_after(&self, settlement: &Settlement) -> Option<Duration> {
        match settlement {
            Settlement::Again { after, .. } | Settlement::Held { after } => Some(*after),
            Settlement::Done(_) => None,
        }
    }

    /// An order has its own pace.
    fn poll(&self, configured: Duration) -> Duration {
        if self.claims.has_open_order() { configured.min(PACE) } else { configured }
    }

    /// Completes orders without unprocessed items.
    async fn idle(&self) {
        let Ok(finished) = self.claims.finished().await else { return };
        for (replay, tally) in finished {
            let (dispatcher, queue) = (&self.ports.dispatcher, self.queue.as_ref());
            match order::complete(dispatcher, queue, replay, tally).await {
                Ok(()) => tracing::info!(%replay, ?tally, "a replay is completed"),
                Err(error) => {
                    tracing::warn!(%replay, %error, "the end of a replay was not recorded");
                }
            }
        }
    }
}

impl Items {
    fn random(&self) -> u128 {
        self.ports.ids.random().as_u128()
    }

    fn left_to_newer(&self, reason: &str) -> Settlement {
        tracing::warn!(reason, "an item is left to a newer version of the program");
        Settlement::Held { after: spread(LEFT_TO_NEWER, self.random()) }
    }

    fn failed(&self, error: TaskError, attempts: i32) -> Settlement {
        match error {
            TaskError::Newer { reason } => self.left_to_newer(&reason),
            TaskError::HostBusy { .. } => Settlement::Held { after: HELD_FOR },
            TaskError::Never { reason } => {
                Settlement::Done(Done::without_effect(ItemOutcome::Failed, reason))
            }
            TaskError::Later { reason, .. } if attempts >= ATTEMPT_COUNT_MAX => {
                Settlement::Done(Done::without_effect(ItemOutcome::Failed, reason))
            }
            TaskError::Later { after, reason } => {
                tracing::warn!(reason, "an item will be retried");
                let after = after.unwrap_or_else(|| BACKOFF.after(attempts, self.random()));
                Settlement::Again { after, reason }
            }
        }
    }
}

/// Checks the log before every item, and corrects the row if it differs.
async fn may_go_on(
    ports: &Ports,
    queue: &dyn ReplayQueue,
    claim: &Claim,
) -> Result<bool, OrderError> {
    let (dispatcher, replay) = (&ports.dispatcher, claim.replay());
    match order::standing(dispatcher, replay).await? {
        Replay::Running => Ok(true),
        // Its order is not in the log yet, or never will be; or the order is paused.
        Replay::Absent | Replay::Paused => Ok(false),
        state @ (Replay::Cancelled | Replay::Completed) => {
            queue.note(replay, state).await?;
            Ok(false)
        }
    }
}
