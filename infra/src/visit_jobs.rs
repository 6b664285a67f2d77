//! Visits that record systems announce are fetched, fairly, by whichever process has a hand free.
//!
//! ```text
//! trigger table ── scan ──► hip.visit_job ── claim, fetch, record ──► log
//!       ▲                        │
//!       └── Processed_Flag ◄─────┴── only then
//! ```
//! The flag is set when the truth is in the log, and the job is done when the flag is set. After a
//! crash anywhere between, the same is done again and nothing is recorded twice.

mod claims;
mod listing;
mod scanner;

use std::sync::Arc;
use std::time::Duration;

use hip_commands::Provider;
use hip_commands::fetching::{self, Announced, FetchError};
use hip_commands::port::{VisitRecords, VisitTrigger};
use sqlx::PgPool;
use tokio::sync::{Notify, Semaphore, watch};
use tokio::task::JoinSet;
use tracing::Instrument;

pub use listing::{Job, State, jobs, retry, retry_all_dead};

use crate::outbox::Pace;
use claims::{Claim, Claims, Settlement};
use scanner::Scanner;

/// Where visits are announced, and where they are.
#[derive(Clone)]
pub struct Source {
    /// Its name in the configuration.
    pub name: String,
    /// The table of triggers.
    pub trigger: Arc<dyn VisitTrigger>,
    /// The documents.
    pub records: Arc<dyn VisitRecords>,
    /// Time between two looks at the table.
    pub poll: Duration,
    /// How old a visit may be; any age, when absent.
    pub lookback: Option<Duration>,
    /// Rows that are read at a time.
    pub batch: i64,
    /// Fetches after which a visit is given up.
    pub attempts_max: i32,
}

/// How long fetches may still run when the process is told to stop.
const FAREWELL: Duration = Duration::from_secs(10);

/// How long a visit may take before it is broken off and fetched again later. Each question to the record
/// system has a shorter limit.
const FETCH_TIME_MAX: Duration = Duration::from_secs(300);

/// A facility is paused, which the claims do not know yet.
const PAUSED_FOR: Duration = Duration::from_secs(2);

/// Scans the sources and does the jobs.
pub struct VisitJobs {
    provider: Provider,
    pool: PgPool,
    sources: Arc<[Source]>,
    claims: Claims,
    pace: Pace,
    work: Arc<Notify>,
    permits: Arc<Semaphore>,
}

impl VisitJobs {
    /// A worker for these sources.
    pub fn new(provider: Provider, pool: PgPool, sources: Vec<Source>, pace: Pace) -> Self {
        let names = sources.iter().map(|source| source.name.clone()).collect();
        Self {
            provider,
            claims: Claims::new(pool.clone(), pace.lease, names),
            pool,
            sources: sources.into(),
            pace,
            work: Arc::default(),
            permits: Arc::new(Semaphore::new(pace.concurrency)),
        }
    }

    /// Runs until `stop` says so, then waits a little for what is under way.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut beside = JoinSet::new();
        beside.spawn(self.claims.clone().keep_renewing());
        for source in self.sources.iter() {
            let scanner = Scanner {
                pool: self.pool.clone(),
                source: source.clone(),
                pace: self.pace,
                found: Arc::clone(&self.work),
            };
            beside.spawn(scanner.run());
        }
        while !*stop.borrow() {
            let took_all = self.start_what_is_due().await;
            if took_all {
                continue;
            }
            tokio::select! {
                () = self.work.notified() => {}
                () = tokio::time::sleep(self.pace.poll) => {}
                _ = stop.changed() => {}
            }
        }
        let all = u32::try_from(self.pace.concurrency).unwrap_or(u32::MAX);
        let _ = tokio::time::timeout(FAREWELL, self.permits.acquire_many(all)).await;
        // What stands beside is aborted as it is dropped.
    }

    /// Starts as many jobs as there are free hands; whether there may be more at once.
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
                tracing::warn!(unreachable, "visit jobs cannot be read");
                false
            }
        }
    }

    fn start(&self, claim: Claim) {
        let permit = Arc::clone(&self.permits).try_acquire_owned().ok();
        let (provider, claims, work) =
            (self.provider.clone(), self.claims.clone(), Arc::clone(&self.work));
        let source = self.sources.iter().find(|source| source.name == claim.source).cloned();
        let span = tracing::info_span!(
            "visit.fetch",
            source = claim.source,
            trigger.id = claim.trigger_id,
            attempt = claim.attempts
        );
        let work_on = async move {
            // Only jobs of our sources are claimed.
            if let Some(source) = source {
                let jitter = provider.ids.random().as_u128();
                let working = work_off(&provider, &source, &claim);
                let worked = tokio::time::timeout(FETCH_TIME_MAX, working)
                    .await
                    .unwrap_or(Err(Undone::Late));
                let settlement = settlement(&source, &claim, worked, jitter);
                claims.settle(&claim, &settlement).await;
            }
            drop(permit);
            // A hand is free.
            work.notify_one();
        };
        tokio::spawn(work_on.instrument(span));
    }
}

/// Why a job is not done.
enum Undone {
    Fetch(FetchError),
    /// It was broken off.
    Late,
    /// The visit is in the log; the trigger table does not know yet.
    Unmarked(String),
}

async fn work_off(provider: &Provider, source: &Source, claim: &Claim) -> Result<(), Undone> {
    let announced = Announced {
        source: &claim.source,
        trigger_id: claim.trigger_id,
        visit_code: &claim.visit_code,
        facility: claim.facility(),
    };
    let recorded = fetching::fetch(provider, source.records.as_ref(), &announced)
        .await
        .map_err(Undone::Fetch)?;
    tracing::info!(facility = %recorded.facility, changed = recorded.changed, "visit fetched and recorded");
    let marked = source.trigger.mark_processed(claim.trigger_id).await;
    marked.map_err(|error| Undone::Unmarked(format!("the visit is recorded, but {error}")))
}

fn settlement(
    source: &Source,
    claim: &Claim,
    result: Result<(), Undone>,
    jitter: u128,
) -> Settlement {
    let (may_pass, reason) = match result {
        Ok(()) => return Settlement::Done,
        Err(Undone::Fetch(FetchError::Paused(facility))) => {
            return Settlement::Paused { facility: facility.into(), after: PAUSED_FOR };
        }
        Err(Undone::Fetch(error)) => (error.may_pass(), error.reason()),
        Err(Undone::Late) => {
            (true, format!("it was not fetched within {} seconds", FETCH_TIME_MAX.as_secs()))
        }
        Err(Undone::Unmarked(reason)) => (true, reason),
    };
    if may_pass && claim.attempts < source.attempts_max {
        tracing::warn!(reason, "a visit is fetched again later");
        return Settlement::Again { after: backoff(claim.attempts, jitter), reason };
    }
    tracing::error!(reason, "a visit was given up");
    Settlement::Dead { reason }
}

/// A second, doubled up to a quarter of an hour; of that, at least half, so that visits which failed
/// together do not come back together.
fn backoff(attempts: i32, jitter: u128) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(10);
    let full_ms = (1_000_u64 << doublings).min(900_000);
    let part_ms = jitter % u128::from(full_ms / 2 + 1);
    Duration::from_millis(full_ms / 2 + u64::try_from(part_ms).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_is_bounded_and_differs() {
        let half = Duration::from_millis(500);
        assert_eq!(backoff(1, 0), half);
        assert_eq!(backoff(1, 500), 2 * half);
        assert_eq!(backoff(3, 0), 4 * half);
        assert_eq!(backoff(i32::MAX, 450_000), Duration::from_secs(900));
        assert_eq!(backoff(i32::MAX, 0), Duration::from_secs(450));
        assert_ne!(backoff(5, 17), backoff(5, 4711));
    }
}
