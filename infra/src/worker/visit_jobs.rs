//! Fetches the visits that record systems announce, in any process with a free worker slot; facilities take turns.
//!
//! ```text
//! trigger table ── scan ──► hip.visit_job ── claim, fetch, record ──► log
//!       ▲                        │
//!       └── Processed_Flag ◄─────┴── only then
//! ```
//! The flag is set when the visit is in the log, and the job is done when the flag is set. After a
//! crash in between, the steps are repeated and nothing is recorded twice.

mod claims;
mod listing;
mod scanner;

use std::sync::Arc;
use std::time::Duration;

use hip_commands::Ports;
use hip_commands::port::{VisitRecords, VisitTrigger};
use hip_commands::visits::fetch_visit::{self, FetchError, VisitNotice};
use sqlx::PgPool;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tracing::Span;

pub use listing::{Job, State, jobs, retry, retry_all_dead};

use crate::worker::{Backoff, Queue, Worker, WorkerConfig, restart_after_panic};
use claims::{Claim, Claims, Settlement};
use scanner::Scanner;

/// A source of visits: its trigger table and its documents.
#[derive(Clone)]
pub struct Source {
    /// Its name in the configuration.
    pub name: String,
    /// The trigger table.
    pub trigger: Arc<dyn VisitTrigger>,
    /// Source of the documents.
    pub records: Arc<dyn VisitRecords>,
    /// Interval between two scans of the table.
    pub poll: Duration,
    /// Maximum age of a visit; `None` means any age.
    pub lookback: Option<Duration>,
    /// Rows read at a time.
    pub batch: i64,
    /// Number of fetches after which a visit is given up.
    pub attempts_max: i32,
}

/// Time limit of a visit; then it is stopped and fetched again later. Each request to the record
/// system has a shorter limit.
const FETCH_TIME_MAX: Duration = Duration::from_secs(300);

/// Delay for a paused facility that the claims do not know yet.
const PAUSED_FOR: Duration = Duration::from_secs(2);

const BACKOFF: Backoff =
    Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(900) };

/// Scans the sources and performs the jobs. Each source has its own workers, so a record system that hangs
/// does not delay the others.
pub struct VisitJobs {
    worker: Worker<Jobs>,
    scanners: Vec<Scanner>,
}

impl VisitJobs {
    /// A worker for these sources.
    pub fn new(ports: Ports, pool: PgPool, sources: Vec<Source>, config: WorkerConfig) -> Self {
        let work = Arc::<Notify>::default();
        let scanner = |source: &Source| Scanner {
            pool: pool.clone(),
            source: source.clone(),
            config,
            found: Arc::clone(&work),
        };
        let scanners = sources.iter().map(scanner).collect();
        let jobs = Jobs { ports, sources, claims: Claims::new(pool, config.lease) };
        Self { worker: Worker::new(jobs, config, work), scanners }
    }

    /// Runs until `stop` is true, then waits a little for running jobs.
    pub async fn run(self, stop: watch::Receiver<bool>) {
        // They are aborted when the set is dropped.
        let mut scanning = JoinSet::new();
        for scanner in self.scanners {
            scanning.spawn(async move {
                let part = format!("scanner of {}", scanner.source.name);
                restart_after_panic(&part, || scanner.run()).await;
            });
        }
        self.worker.run(stop).await;
    }
}

struct Jobs {
    ports: Ports,
    sources: Vec<Source>,
    claims: Claims,
}

impl Queue for Jobs {
    type Claim = Claim;
    type Settlement = Settlement;

    const ROWS: &'static str = "visit jobs";

    fn lane_count(&self) -> usize {
        self.sources.len()
    }

    async fn take(
        &self,
        lane: usize,
        limit: i64,
        held: &[Arc<Claim>],
    ) -> Result<Vec<Claim>, sqlx::Error> {
        let Some(source) = self.sources.get(lane) else { return Ok(vec![]) };
        self.claims.take(&source.name, limit, held).await
    }

    fn span(&self, claim: &Claim) -> Span {
        tracing::info_span!(
            "visit.fetch",
            source = claim.source,
            trigger.id = claim.trigger_id,
            attempt = claim.attempts
        )
    }

    async fn perform(&self, claim: &Claim) -> Settlement {
        let Some(source) = self.source(claim) else { return self.given_back() };
        let result = work_off(&self.ports, source, claim).await;
        self.settlement(source, claim, result)
    }

    fn time_max(&self, _: &Claim) -> Duration {
        FETCH_TIME_MAX
    }

    fn broken_off(&self, claim: &Claim, reason: String) -> Settlement {
        let Some(source) = self.source(claim) else { return self.given_back() };
        self.settlement(source, claim, Err(Undone::BrokenOff(reason)))
    }

    fn given_back(&self) -> Settlement {
        let reason = "the process stopped before the visit was fetched".to_owned();
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
            Settlement::Again { after, .. } | Settlement::Paused { after, .. } => Some(*after),
            Settlement::Done | Settlement::Dead { .. } => None,
        }
    }
}

impl Jobs {
    fn source(&self, claim: &Claim) -> Option<&Source> {
        self.sources.iter().find(|source| source.name == claim.source)
    }

    fn settlement(&self, source: &Source, claim: &Claim, result: Result<(), Undone>) -> Settlement {
        let (may_pass, reason) = match result {
            Ok(()) => return Settlement::Done,
            Err(Undone::Fetch(FetchError::Paused(facility))) => {
                return Settlement::Paused { facility: facility.into(), after: PAUSED_FOR };
            }
            Err(Undone::Fetch(error)) => (error.may_pass(), error.reason()),
            Err(Undone::Unmarked(reason) | Undone::BrokenOff(reason)) => (true, reason),
        };
        if may_pass && claim.attempts < source.attempts_max {
            tracing::warn!(reason, "a visit will be fetched again");
            let random = self.ports.ids.random().as_u128();
            return Settlement::Again { after: BACKOFF.after(claim.attempts, random), reason };
        }
        tracing::error!(reason, "fetching of a visit was given up");
        Settlement::Dead { reason }
    }
}

/// Why a job is not done.
enum Undone {
    Fetch(FetchError),
    /// The visit is in the log, but the trigger table is not updated yet.
    Unmarked(String),
    /// It panicked or timed out.
    BrokenOff(String),
}

async fn work_off(ports: &Ports, source: &Source, claim: &Claim) -> Result<(), Undone> {
    let announced = VisitNotice {
        source: &claim.source,
        trigger_id: claim.trigger_id,
        visit_code: &claim.visit_code,
        facility: claim.facility(),
    };
    let recorded = fetch_visit::fetch(ports, source.records.as_ref(), &announced)
        .await
        .map_err(Undone::Fetch)?;
    tracing::info!(facility = %recorded.facility, changed = recorded.changed, "visit fetched and recorded");
    let marked = source.trigger.mark_processed(claim.trigger_id).await;
    marked.map_err(|error| Undone::Unmarked(format!("the visit is recorded, but {error}")))
}
