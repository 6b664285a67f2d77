//! The only place from which tasks run: claim, perform, settle.
//!
//! Every task may run twice (see `hip_commands::tasks`). Calls to the gateway and pushes to HIUs have lanes
//! of their own, so a peer that hangs delays neither the interpretation of callbacks nor other local work.

mod claims;
mod new_rows;
mod turns;

use std::sync::Arc;
use std::time::Duration;

use hip_commands::Ports;
use hip_commands::tasks::joined::{self, Ending, Work};
use hip_commands::tasks::{Lane, TaskError};
use sqlx::PgPool;
use tokio::sync::{Notify, watch};
use tracing::Span;

pub(crate) use new_rows::NewRows;

pub use crate::worker::WorkerConfig;

use crate::postgres::event_store::draft::PgDraft;
use crate::postgres::event_store::handover::{Handed, Handover};
use crate::postgres::event_store::{PgLog, TaskLog};
use crate::wake_times::WakeTimes;
use crate::worker::{Backoff, Queue, Rank, Worker, at_least, spread};
use claims::{Claim, Claims, Settlement};
use turns::TransferTurns;

/// Maximum attempts: a task that fails for an external reason (an unavailable store) is retried for about a day.
/// A task that sets its own retry time also limits its own attempts.
const ATTEMPT_COUNT_MAX: i32 = 300;

const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(300) };

/// How long this process leaves a task, planned by a newer version of the program, to other processes.
const LEFT_TO_NEWER: Duration = Duration::from_secs(10);

/// Reason of such a task.
const NOT_KNOWN: &str = "this version of hip does not know the task; it waits for a newer one";

/// Time limit for a task that cannot be decoded, which is only settled.
const UNREAD_TIME_MAX: Duration = Duration::from_secs(60);

/// The worker.
pub struct Outbox(Worker<Tasks>);

impl Outbox {
    /// A worker on the outbox in `pool`, and on what `log` stores. `work` is notified of other new tasks.
    pub fn new(
        ports: Ports,
        log: &Arc<PgLog>,
        pool: PgPool,
        config: WorkerConfig,
        work: Arc<Notify>,
    ) -> Self {
        let handover = log.handover();
        handover.open(config.lease, Arc::clone(&work));
        let claims = Claims::new(pool, log.task_ends(), config.lease);
        let log = TaskLog::new(Arc::clone(log));
        let tasks = Tasks {
            ports,
            log,
            claims,
            handover,
            concurrency: config.concurrency,
            turns: TransferTurns::new(),
        };
        Self(Worker::new(tasks, config, work))
    }

    /// Runs until `stop` is true, then waits a little for running tasks.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        self.0.run(stop).await;
    }
}

struct Tasks {
    ports: Ports,
    log: TaskLog,
    claims: Claims,
    handover: Arc<Handover>,
    concurrency: usize,
    turns: TransferTurns,
}

impl Drop for Tasks {
    /// Also when the worker has panicked.
    fn drop(&mut self) {
        self.handover.close();
    }
}

impl Queue for Tasks {
    type Claim = Claim;
    type Settlement = Settlement;

    const ROWS: &'static str = "tasks";

    fn lane_count(&self) -> usize {
        Lane::ALL.len()
    }

    async fn take(
        &self,
        lane: usize,
        limit: i64,
        held: &[Arc<Claim>],
    ) -> Result<Vec<Claim>, sqlx::Error> {
        let Some(lane) = Lane::ALL.get(lane) else { return Ok(vec![]) };
        self.claims.take(*lane, &self.ports.hiu.busy_hosts(), held, limit).await
    }

    async fn has_due(&self) -> Result<bool, sqlx::Error> {
        self.claims.has_due().await
    }

    fn span(&self, claim: &Claim) -> Span {
        let task = claim.due.as_ref().map_or("unknown", |due| due.task.kind());
        tracing::info_span!("task.perform", task, task.key = %claim.dedupe, attempt = claim.attempts)
    }

    async fn perform(&self, claim: &Claim) -> Settlement {
        if !self.claims.is_ours(claim).await.unwrap_or(false) {
            return Settlement::Lost;
        }
        let due = match &claim.due {
            Ok(due) => due,
            Err(unread) => return self.unread(*unread),
        };
        let lane = due.task.lane();
        if lane.number() != claim.lane {
            // Planned by a version of the program without lanes.
            return Settlement::Moved { lane };
        }
        let draft = Arc::new(PgDraft::new(self.log.clone(), due.cause.position));
        let work =
            Work { due, lease: claim.lease(), ready: claim.take_ready(), turns: &self.turns };
        match joined::perform(&self.ports, work, draft).await {
            Ok(Ending::Stored) => Settlement::Stored,
            result => self.settlement(result.map(|_| ()), claim.attempts),
        }
    }

    fn time_max(&self, claim: &Claim) -> Duration {
        claim.due.as_ref().map_or(UNREAD_TIME_MAX, |due| due.task.time_max())
    }

    fn broken_off(&self, claim: &Claim, reason: String) -> Settlement {
        self.settlement(Err(TaskError::Later { after: None, reason }), claim.attempts)
    }

    fn given_back(&self) -> Settlement {
        Settlement::Again { after: Duration::ZERO, reason: claims::STOPPED.to_owned() }
    }

    async fn settle(&self, claim: &Claim, settlement: &Settlement) -> Result<(), sqlx::Error> {
        self.claims.settle(claim, settlement).await
    }

    async fn renew(&self, claims: &[Arc<Claim>]) -> Result<(), sqlx::Error> {
        self.claims.renew(claims).await
    }

    async fn release(&self, claims: &[Arc<Claim>]) -> Result<(), sqlx::Error> {
        self.claims.release(claims).await
    }

    fn handed(&self) -> Vec<(usize, Claim)> {
        let place = |lane: Lane| Lane::ALL.iter().position(|one| *one == lane).unwrap_or_default();
        let claim = |handed: Handed| (place(handed.due.task.lane()), Claim::from(handed));
        self.handover.take().into_iter().map(claim).collect()
    }

    fn stopping(&self) {
        self.handover.close();
    }

    async fn until_handed(&self) {
        self.handover.given().await;
    }

    fn rank(&self, claim: &Claim) -> Rank {
        claim.rank
    }

    /// Pages wait in the table, where they are found by their host.
    fn ahead(&self, lane: usize) -> usize {
        if Lane::ALL.get(lane) == Some(&Lane::Push) { 0 } else { self.concurrency }
    }

    /// A page that has left makes room for another to its host.
    fn frees_others(&self, lane: usize) -> bool {
        Lane::ALL.get(lane) == Some(&Lane::Push)
    }

    fn due_after(&self, settlement: &Settlement) -> Option<Duration> {
        match settlement {
            Settlement::Again { after, .. } | Settlement::NotTried { after, .. } => Some(*after),
            Settlement::Done
            | Settlement::Stored
            | Settlement::Waits { .. }
            | Settlement::Moved { .. }
            | Settlement::Dead { .. }
            | Settlement::Lost => None,
        }
    }

    fn wake_times(&self) -> Arc<WakeTimes> {
        self.handover.wake_times()
    }

    fn emptied(&self, lane: usize) {
        if Lane::ALL.get(lane) == Some(&Lane::Local) {
            self.handover.caught_up();
        }
    }
}

impl Tasks {
    fn random(&self) -> u128 {
        self.ports.ids.random().as_u128()
    }

    /// Settles a task that this version of the program cannot decode.
    fn unread(&self, unread: claims::Unread) -> Settlement {
        match unread {
            claims::Unread::Unknown => self.left_to_newer(NOT_KNOWN.to_owned()),
            claims::Unread::Damaged => {
                let reason = "the task cannot be read".to_owned();
                tracing::error!(reason, "a task was given up");
                Settlement::Dead { reason }
            }
        }
    }

    fn left_to_newer(&self, reason: String) -> Settlement {
        tracing::warn!(reason, "a task is left to a newer version of the program");
        Settlement::NotTried { after: spread(LEFT_TO_NEWER, self.random()), reason }
    }

    fn settlement(&self, result: Result<(), TaskError>, attempts: i32) -> Settlement {
        match result {
            Ok(()) => Settlement::Done,
            Err(TaskError::Never { reason }) => {
                tracing::error!(reason, "a task was given up");
                Settlement::Dead { reason }
            }
            Err(TaskError::Newer { reason }) => self.left_to_newer(reason),
            Err(TaskError::HostBusy { host }) => Settlement::Waits { host },
            Err(TaskError::Later { after: None, reason }) if attempts >= ATTEMPT_COUNT_MAX => {
                tracing::error!(reason, "a task was given up after many attempts");
                Settlement::Dead { reason }
            }
            Err(TaskError::Later { after, reason }) => {
                tracing::warn!(reason, "a task will be retried");
                let after = match after {
                    Some(asked) => at_least(asked, self.random()),
                    None => BACKOFF.after(attempts, self.random()),
                };
                Settlement::Again { after, reason }
            }
        }
    }
}
