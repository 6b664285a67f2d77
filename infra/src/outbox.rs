//! The only place from which work is done: claim, perform, settle.
//!
//! A claim is a lease with a fence. It is renewed while the work goes on; after a crash it runs out,
//! and somebody else does the work again. Every task may be done twice (see `hip_commands::task`).

mod claims;

use std::sync::Arc;
use std::time::Duration;

use hip_commands::Provider;
use hip_commands::perform::perform;
use hip_commands::task::{Due, TaskError};
use sqlx::PgPool;
use tokio::sync::{Notify, Semaphore, watch};
use tracing::Instrument;

use claims::{Claim, Claims, Settlement};

/// How the outbox paces itself.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Tasks that are done at the same time.
    pub concurrency: usize,
    /// How long a claim holds without being renewed.
    pub lease: Duration,
    /// How often to look for work whose time has come.
    pub poll: Duration,
}

/// How long tasks may still run when the process is told to stop.
const FAREWELL: Duration = Duration::from_secs(10);

/// A task that fails for no reason of its own (a store that is away) is tried about a day. One that
/// says when it wants to be tried again knows its own end.
const ATTEMPT_COUNT_MAX: i32 = 300;

/// The worker.
pub struct Outbox {
    provider: Provider,
    claims: Claims,
    pace: Pace,
    work: Arc<Notify>,
    permits: Arc<Semaphore>,
}

impl Outbox {
    /// A worker over the outbox in `pool`; `work` rings when there is something new.
    pub fn new(provider: Provider, pool: PgPool, pace: Pace, work: Arc<Notify>) -> Self {
        let permits = Arc::new(Semaphore::new(pace.concurrency));
        Self { provider, claims: Claims::new(pool, pace.lease), pace, work, permits }
    }

    /// Runs until `stop` says so, then waits a little for what is under way.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let renewing = tokio::spawn(self.claims.clone().keep_renewing());
        while !*stop.borrow() {
            let mut took_all = false;
            match self.claim().await {
                Ok(claims) => {
                    took_all = !claims.is_empty();
                    for claim in claims {
                        self.start(claim);
                    }
                }
                Err(error) => {
                    let unreachable = error.as_database_error().is_none();
                    tracing::warn!(unreachable, "the outbox cannot be read");
                }
            }
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
        renewing.abort();
    }

    /// As many due tasks as there are free hands.
    async fn claim(&self) -> Result<Vec<Claim>, sqlx::Error> {
        match i64::try_from(self.permits.available_permits()) {
            Ok(free) if free > 0 => self.claims.take(free).await,
            Ok(_) | Err(_) => {
                // Wait for a hand, then look.
                drop(self.permits.acquire().await);
                Ok(vec![])
            }
        }
    }

    fn start(&self, claim: Claim) {
        let permits = Arc::clone(&self.permits);
        let permit = permits.try_acquire_owned().ok();
        let (provider, claims, work) =
            (self.provider.clone(), self.claims.clone(), Arc::clone(&self.work));
        let due: Result<Due, _> = serde_json::from_slice(&claim.request);
        let task = due.as_ref().map_or("unknown", |due| due.task.kind());
        let span = tracing::info_span!("task.perform", task, task.key = %claim.dedupe, attempt = claim.attempts);
        let work_on = async move {
            let settlement = match due {
                Ok(due) => settlement(perform_in_time(&provider, &due).await, claim.attempts),
                Err(_) => Settlement::Dead { reason: "the task cannot be read".to_owned() },
            };
            claims.settle(&claim, &settlement).await;
            drop(permit);
            // A hand is free.
            work.notify_one();
        };
        tokio::spawn(work_on.instrument(span));
    }
}

/// A task that takes too long is broken off: its claim would be renewed for ever.
async fn perform_in_time(provider: &Provider, due: &Due) -> Result<(), TaskError> {
    bounded(due.task.time_max(), perform(provider, due)).await
}

async fn bounded(
    time_max: Duration,
    work: impl Future<Output = Result<(), TaskError>>,
) -> Result<(), TaskError> {
    tokio::time::timeout(time_max, work).await.unwrap_or_else(|_| {
        let reason = format!("it was not done within {} seconds", time_max.as_secs());
        Err(TaskError::Later { after: None, reason })
    })
}

fn settlement(result: Result<(), TaskError>, attempts: i32) -> Settlement {
    match result {
        Ok(()) => Settlement::Done,
        Err(TaskError::Never { reason }) => {
            tracing::error!(reason, "a task was given up");
            Settlement::Dead { reason }
        }
        Err(TaskError::Later { after: None, reason }) if attempts >= ATTEMPT_COUNT_MAX => {
            tracing::error!(reason, "a task was given up after many attempts");
            Settlement::Dead { reason }
        }
        Err(TaskError::Later { after, reason }) => {
            tracing::warn!(reason, "a task is tried again later");
            Settlement::Again { after: after.unwrap_or_else(|| backoff(attempts)), reason }
        }
    }
}

/// A quarter of a second, doubled up to five minutes.
fn backoff(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(11);
    Duration::from_millis(250 << doublings).min(Duration::from_secs(300))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_that_never_ends_is_broken_off_and_tried_again() {
        let broken_off = bounded(Duration::from_secs(60), std::future::pending()).await;
        assert!(matches!(settlement(broken_off, 1), Settlement::Again { .. }));
    }

    #[test]
    fn waiting_grows_and_is_bounded() {
        assert_eq!(backoff(1), Duration::from_millis(250));
        assert_eq!(backoff(3), Duration::from_secs(1));
        assert_eq!(backoff(i32::MAX), Duration::from_secs(300));
    }
}
