//! The baseline of the append benchmark: so many clients, so many streams, for so long.

mod cpu;
mod record;

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cqrs_es::AggregateError;
use postgres_es::PostgresCqrs;
use serde::Serialize;
use thiserror::Error;
use tokio::task::JoinSet;

use crate::{Reference, ReferenceError};

use record::{Append, RecordBook};

/// How long the clients run before anything counts: connections, caches and plans settle.
const WARM_UP: Duration = Duration::from_secs(1);

/// What to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Commands in flight at any time; each client has one, and a connection of its own.
    pub clients: u32,
    /// How long to measure, after one second of warming up.
    pub duration: Duration,
    /// Events that each command appends, of some 600 bytes each.
    pub events_per_command: u32,
    /// Streams that the clients go round in, all of them together. Each command loads the whole
    /// stream first, so few streams grow long and slow.
    pub streams: u64,
}

/// What came of it. Warming up is in none of the numbers.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Commands that were stored.
    pub commands: u64,
    /// Events that were stored.
    pub events: u64,
    /// Commands that lost a race on their stream. They are not tried again.
    pub conflicts: u64,
    /// How long was measured.
    pub seconds: f64,
    /// The middle time of a stored command, in milliseconds; nothing when none was stored.
    pub p50_ms: Option<f64>,
    /// The time that one stored command in a hundred exceeds, in milliseconds.
    pub p99_ms: Option<f64>,
    /// Processor time of this process, user and system, in seconds; nothing where the system does
    /// not tell. The database's own is not in it.
    pub client_cpu_s: Option<f64>,
}

/// Why there is no outcome.
#[derive(Debug, Error)]
pub enum BenchError {
    /// There is no store.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// A command failed otherwise than by losing a race.
    #[error("a command failed")]
    Command(#[source] Box<AggregateError<Infallible>>),
    /// A client ended early, which is a mistake in here.
    #[error("a client ended early")]
    Client(#[source] tokio::task::JoinError),
}

/// What the clients share.
struct Shared {
    framework: PostgresCqrs<RecordBook>,
    plan: Plan,
    /// Names this run, so that a second one on the same database begins with empty streams.
    run: String,
    next: AtomicU64,
    measured_from: Instant,
    measured_until: Instant,
}

/// What one client saw.
#[derive(Default)]
struct Seen {
    latencies: Vec<Duration>,
    conflicts: u64,
}

/// Runs the plan on the database at `url`, whose rows it leaves there.
pub async fn run(url: &str, plan: Plan) -> Result<Outcome, BenchError> {
    let reference = Reference::connect_with(url, plan.clients.max(1)).await?;
    let run = reference.transaction_number().await?;
    let measured_from = Instant::now() + WARM_UP;
    let shared = Arc::new(Shared {
        framework: reference.framework(),
        plan,
        run,
        next: AtomicU64::new(0),
        measured_from,
        measured_until: measured_from + plan.duration,
    });
    let mut clients = JoinSet::new();
    for _ in 0..plan.clients {
        clients.spawn(client(Arc::clone(&shared)));
    }
    tokio::time::sleep_until(measured_from.into()).await;
    let cpu_before = cpu::time_used();
    tokio::time::sleep_until(shared.measured_until.into()).await;
    let cpu_after = cpu::time_used();

    let mut all = Seen::default();
    while let Some(seen) = clients.join_next().await {
        let seen = seen.map_err(BenchError::Client)??;
        all.latencies.extend(seen.latencies);
        all.conflicts += seen.conflicts;
    }
    let cpu_time = cpu_before.zip(cpu_after).map(|(before, after)| after.saturating_sub(before));
    Ok(outcome(plan, all, cpu_time))
}

/// One client: a command after the other, until time is up.
async fn client(shared: Arc<Shared>) -> Result<Seen, BenchError> {
    let mut seen = Seen::default();
    loop {
        let begun_at = Instant::now();
        if begun_at >= shared.measured_until {
            return Ok(seen);
        }
        let stream = shared.next.fetch_add(1, Ordering::Relaxed) % shared.plan.streams.max(1);
        let command = Append { event_count: shared.plan.events_per_command };
        let id = format!("{}-{stream}", shared.run);
        let result = shared.framework.execute(&id, command).await;
        let ended_at = Instant::now();
        // What crosses either end of the time is left out.
        let counts = begun_at >= shared.measured_from && ended_at <= shared.measured_until;
        match result {
            Ok(()) if counts => seen.latencies.push(ended_at - begun_at),
            Err(AggregateError::AggregateConflict) if counts => seen.conflicts += 1,
            Ok(()) | Err(AggregateError::AggregateConflict) => {}
            Err(
                error @ (AggregateError::UserError(_)
                | AggregateError::DatabaseConnectionError(_)
                | AggregateError::DeserializationError(_)
                | AggregateError::UnexpectedError(_)),
            ) => return Err(BenchError::Command(Box::new(error))),
        }
    }
}

fn outcome(plan: Plan, mut seen: Seen, cpu_time: Option<Duration>) -> Outcome {
    seen.latencies.sort_unstable();
    let commands = seen.latencies.len() as u64;
    Outcome {
        commands,
        events: commands * u64::from(plan.events_per_command),
        conflicts: seen.conflicts,
        seconds: plan.duration.as_secs_f64(),
        p50_ms: percentile_ms(&seen.latencies, 50),
        p99_ms: percentile_ms(&seen.latencies, 99),
        client_cpu_s: cpu_time.map(|time| time.as_secs_f64()),
    }
}

/// The smallest of the sorted values that `percent` of them do not exceed.
fn percentile_ms(sorted: &[Duration], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).map(|latency| latency.as_secs_f64() * 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_values_themselves() {
        let sorted: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        let at = |percent| percentile_ms(&sorted, percent).map(f64::round);
        assert_eq!(at(50), Some(100.0));
        assert_eq!(at(99), Some(198.0));
        assert_eq!(percentile_ms(&sorted[..1], 50).map(f64::round), Some(1.0));
        assert_eq!(percentile_ms(&[], 50), None);
    }
}
