//! The figures of one round.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::gateway::Answered;
use super::load::Sent;
use super::transfers::Transferred;
use super::usage::Usage;
use crate::dev::bench::measured::ms;
use crate::dev::bench::sample::{Latencies, Spread};

/// Results of one round.
#[derive(Serialize)]
pub(in crate::dev::bench) struct Round {
    pub(super) ceiling: Ceilings,
    pub(super) callbacks: Callbacks,
    pub(super) burst: Burst,
    pub(super) calm: Calm,
    pub(super) transfers: Transfers,
    pub(super) rest: Rest,
}

/// The upper limits on this server.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::dev::bench) struct Ceilings {
    /// Commits of one row per second with 32 clients.
    pub(super) c32_per_s: f64,
    /// Median time of one commit with one client.
    pub(super) commit_ms: Option<f64>,
}

/// Visits pushed until 201.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::dev::bench) struct Visits {
    pub(in crate::dev::bench) per_s: f64,
    pub(in crate::dev::bench) p50_ms: Option<f64>,
    pub(in crate::dev::bench) p99_ms: Option<f64>,
    /// From the last 201 until all read models and documents had followed.
    pub(in crate::dev::bench) followed_after_s: f64,
}

/// Callbacks until 202.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::dev::bench) struct Callbacks {
    pub(in crate::dev::bench) per_s: f64,
    pub(in crate::dev::bench) p50_ms: Option<f64>,
    pub(in crate::dev::bench) p99_ms: Option<f64>,
}

/// Discoveries as fast as they are confirmed. Times are from the question to the answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::dev::bench) struct Burst {
    pub(super) accepted_per_s: f64,
    pub(super) answered_per_s: f64,
    /// From the first question to the first answer.
    pub(super) first_ms: f64,
    pub(super) p50_ms: Option<f64>,
    pub(super) p99_ms: Option<f64>,
    /// How many places an answer came before or after its turn: 99 of 100 fewer.
    pub(super) out_of_turn: usize,
    /// Answers that found no patient.
    pub(super) error_count: usize,
}

/// Discoveries at a steady rate.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::dev::bench) struct Calm {
    pub(in crate::dev::bench) p50_ms: Option<f64>,
    pub(in crate::dev::bench) p99_ms: Option<f64>,
    /// Processor time of one discovery.
    pub(in crate::dev::bench) service_cpu_ms: Option<f64>,
    pub(in crate::dev::bench) database_cpu_ms: Option<f64>,
    /// Transactions of one discovery, with those of everything that runs at rest.
    pub(in crate::dev::bench) transactions: f64,
    pub(in crate::dev::bench) error_count: usize,
}

/// Discoveries at a steady rate, as one stretch of a long time.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::dev::bench) struct Stretch {
    pub(in crate::dev::bench) p50_ms: Option<f64>,
    p99_ms: Option<f64>,
    error_count: usize,
    /// Of the service, after the stretch.
    pub(in crate::dev::bench) memory_mib: Option<f64>,
    /// Processor time of the service and of the database, in percent of one processor.
    cpu_percent: Option<f64>,
}

/// Pages until an HIU has taken them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::dev::bench) struct Transfers {
    /// Pages of one transfer.
    pub(in crate::dev::bench) page_count: u32,
    /// From the request to the last page, one transfer at a time.
    pub(in crate::dev::bench) single_ms: Option<f64>,
    /// Pages per second of many transfers to one HIU, and of one to each of fifty.
    pub(in crate::dev::bench) to_one_per_s: f64,
    pub(in crate::dev::bench) to_fifty_per_s: f64,
}

/// The service without work.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::dev::bench) struct Rest {
    pub(super) transactions_per_s: f64,
    /// Of one processor; service and database.
    pub(super) cpu_percent: Option<f64>,
    pub(super) memory_mib: Option<f64>,
}

impl Visits {
    pub(super) fn new(count: u32, sent: Sent, followed_after: Duration) -> Self {
        let (per_s, [p50_ms, p99_ms]) = (rate(count, sent.took), percentiles(sent.latencies));
        Self { per_s, p50_ms, p99_ms, followed_after_s: followed_after.as_secs_f64() }
    }
}

impl Callbacks {
    pub(super) fn new(count: u32, sent: Sent) -> Self {
        let (per_s, [p50_ms, p99_ms]) = (rate(count, sent.took), percentiles(sent.latencies));
        Self { per_s, p50_ms, p99_ms }
    }
}

impl Burst {
    pub(super) fn new(
        count: u32,
        begun_at: Instant,
        accepted_in: Duration,
        answered_in: Duration,
        answered: Vec<Answered>,
    ) -> Self {
        let ended = |one: &Answered| one.asked_at + one.took;
        let first = answered.iter().map(ended).min().unwrap_or(begun_at);
        let error_count = errors(&answered);
        let out_of_turn = out_of_turn(&answered);
        let [p50_ms, p99_ms] = percentiles(answered.into_iter().map(|one| one.took).collect());
        Self {
            accepted_per_s: rate(count, accepted_in),
            answered_per_s: rate(count, answered_in),
            first_ms: ms(first.saturating_duration_since(begun_at)),
            p50_ms,
            p99_ms,
            out_of_turn,
            error_count,
        }
    }
}

impl Transfers {
    pub(super) fn new(single: &[Transferred], to_one: &Transferred, to_all: &Transferred) -> Self {
        let times = Spread::of(single.iter().map(|one| ms(one.took)));
        Self {
            page_count: single.first().map_or(0, |one| one.page_count),
            single_ms: times.map(|times| times.median),
            to_one_per_s: rate(to_one.page_count, to_one.took),
            to_fifty_per_s: rate(to_all.page_count, to_all.took),
        }
    }
}

impl Calm {
    pub(super) fn new(count: u32, used: &Usage, answered: Vec<Answered>) -> Self {
        let each = |time: Option<Duration>| Some(ms(time?) / f64::from(count));
        let error_count = errors(&answered);
        let [p50_ms, p99_ms] = percentiles(answered.into_iter().map(|one| one.took).collect());
        Self {
            p50_ms,
            p99_ms,
            service_cpu_ms: each(used.service),
            database_cpu_ms: each(used.database),
            transactions: used.transactions() / f64::from(count),
            error_count,
        }
    }
}

impl Stretch {
    pub(super) fn new(
        took: Duration,
        used: &Usage,
        memory_mib: Option<f64>,
        answered: Vec<Answered>,
    ) -> Self {
        let error_count = errors(&answered);
        let [p50_ms, p99_ms] = percentiles(answered.into_iter().map(|one| one.took).collect());
        Self { p50_ms, p99_ms, error_count, memory_mib, cpu_percent: used.cpu_percent(took) }
    }

    pub(in crate::dev::bench) fn line(&self) -> String {
        let figure =
            |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.1}"));
        let Self { p50_ms, p99_ms, error_count, memory_mib, cpu_percent } = self;
        format!(
            "p50 {} ms, p99 {} ms, {error_count} without a patient; {} MiB, {} % of a processor",
            figure(*p50_ms),
            figure(*p99_ms),
            figure(*memory_mib),
            figure(*cpu_percent),
        )
    }
}

impl Rest {
    pub(super) fn new(took: Duration, used: &Usage, memory_mib: Option<f64>) -> Self {
        let seconds = took.as_secs_f64();
        Self {
            transactions_per_s: used.transactions() / seconds,
            cpu_percent: used.cpu_percent(took),
            memory_mib,
        }
    }
}

impl Usage {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    fn transactions(&self) -> f64 {
        self.transactions as f64
    }

    /// Of one processor; service and database.
    fn cpu_percent(&self, took: Duration) -> Option<f64> {
        let cpu = self.service? + self.database?;
        Some(100.0 * cpu.as_secs_f64() / took.as_secs_f64())
    }
}

fn rate(count: u32, took: Duration) -> f64 {
    f64::from(count) / took.as_secs_f64().max(1e-6)
}

fn errors(answered: &[Answered]) -> usize {
    answered.iter().filter(|one| one.is_error).count()
}

/// 99th percentile of the difference between the place of a question and that of its answer.
fn out_of_turn(answered: &[Answered]) -> usize {
    let mut by_question: Vec<usize> = (0..answered.len()).collect();
    by_question.sort_by_key(|place| answered[*place].asked_at);
    let mut differences: Vec<usize> =
        by_question.into_iter().enumerate().map(|(asked, told)| asked.abs_diff(told)).collect();
    differences.sort_unstable();
    differences.get(differences.len() * 99 / 100).copied().unwrap_or_default()
}

fn percentiles(latencies: Latencies) -> [Option<f64>; 2] {
    let found = latencies.percentiles();
    [found.map(|it| ms(it.p50)), found.map(|it| ms(it.p99))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_out_of_turn_by_the_places_that_it_moved() {
        let begun_at = Instant::now();
        let answered = |asked: u64| Answered {
            asked_at: begun_at + Duration::from_millis(asked),
            took: Duration::ZERO,
            is_error: false,
        };
        assert_eq!(out_of_turn(&[]), 0);
        assert_eq!(out_of_turn(&[1, 2, 3].map(answered)), 0);
        assert_eq!(out_of_turn(&[4, 1, 2, 3].map(answered)), 3, "the last question was first");
    }
}
