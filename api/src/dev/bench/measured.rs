//! Result of one measurement.

use std::time::Duration;

use serde::Serialize;

/// Result of one measurement, without the warm-up.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Measured {
    /// Events per second; rows per second for pgbench.
    pub(super) events_per_s: f64,
    pub(super) p50_ms: Option<f64>,
    pub(super) p99_ms: Option<f64>,
    /// Processor time of client and server for one command, in microseconds.
    ///
    /// `None` if the server is on another machine or the system does not report it.
    pub(super) cpu_us: Option<f64>,
    /// Commands that lost a race on their stream and were not retried.
    pub(super) conflict_count: u64,
}

/// Processor time of one command in microseconds, of client and server together.
pub(super) fn cpu_us(
    client: Option<Duration>,
    server: Option<Duration>,
    command_count: f64,
) -> Option<f64> {
    let both = client? + server?;
    (command_count > 0.0).then(|| both.as_secs_f64() * 1e6 / command_count)
}

pub(super) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
