//! The results, as text and as JSON.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::gateway::Answered;
use super::load::Sent;
use super::transfers::Transferred;
use super::usage::Usage;
use crate::dev::bench::Measurement;
use crate::dev::bench::goal::{Bound, Goal};
use crate::dev::bench::machine::Machine;
use crate::dev::bench::measured::ms;
use crate::dev::bench::sample::{Latencies, Spread};
use crate::output::print_line;

/// Results of the whole run.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    machine: Machine,
    postgres: String,
    visits: Visits,
    rounds: Vec<Round>,
    goals: Vec<Goal>,
}

/// Results of one round.
#[derive(Serialize)]
pub(super) struct Round {
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
pub(super) struct Ceilings {
    /// Commits of one row per second with 32 clients.
    pub(super) c32_per_s: f64,
    /// Median time of one commit with one client.
    pub(super) commit_ms: Option<f64>,
}

/// Visits pushed until 201.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Visits {
    per_s: f64,
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
    /// From the last 201 until all read models and documents had followed.
    followed_after_s: f64,
}

/// Callbacks until 202.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Callbacks {
    per_s: f64,
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
}

/// Discoveries as fast as they are confirmed. Times are from the question to the answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Burst {
    accepted_per_s: f64,
    answered_per_s: f64,
    /// From the first question to the first answer.
    first_ms: f64,
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
    /// How many places an answer came before or after its turn: 99 of 100 fewer.
    out_of_turn: usize,
    /// Answers that found no patient.
    error_count: usize,
}

/// Discoveries at a steady rate.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Calm {
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
    /// Processor time of one discovery.
    service_cpu_ms: Option<f64>,
    database_cpu_ms: Option<f64>,
    /// Transactions of one discovery, with those of everything that runs at rest.
    transactions: f64,
    error_count: usize,
}

/// Pages until an HIU has taken them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Transfers {
    /// Pages of one transfer.
    page_count: u32,
    /// From the request to the last page, one transfer at a time.
    single_ms: Option<f64>,
    /// Pages per second of many transfers to one HIU, and of one to each of fifty.
    to_one_per_s: f64,
    to_fifty_per_s: f64,
}

/// The service without work.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rest {
    transactions_per_s: f64,
    /// Of one processor; service and database.
    cpu_percent: Option<f64>,
    memory_mib: Option<f64>,
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

impl Rest {
    pub(super) fn new(took: Duration, used: &Usage, memory_mib: Option<f64>) -> Self {
        let seconds = took.as_secs_f64();
        let cpu = used.service.zip(used.database).map(|(service, database)| service + database);
        Self {
            transactions_per_s: used.transactions() / seconds,
            cpu_percent: cpu.map(|cpu| 100.0 * cpu.as_secs_f64() / seconds),
            memory_mib,
        }
    }
}

impl Usage {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    fn transactions(&self) -> f64 {
        self.transactions as f64
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

/// The median over all rounds, of those that have the figure.
fn median(rounds: &[Round], figure: impl Fn(&Round) -> Option<f64>) -> Option<f64> {
    Spread::of(rounds.iter().filter_map(figure)).map(|spread| spread.median)
}

/// A goal for the median of a figure: id, words, limit, figure.
type Row = (&'static str, &'static str, Bound, fn(&Round) -> Option<f64>);

const ROWS: [Row; 13] = [
    ("F1", "callbacks to 202, per commit of the ceiling", Bound::AtLeast(0.50), |round| {
        Some(round.callbacks.per_s / round.ceiling.c32_per_s)
    }),
    ("F2", "callbacks to 202: p99 in commit times", Bound::AtMost(12.0), |round| {
        Some(round.callbacks.p99_ms? / round.ceiling.commit_ms?)
    }),
    (
        "F3",
        "discoveries answered in a burst, per commit of the ceiling",
        Bound::AtLeast(0.08),
        |round| Some(round.burst.answered_per_s / round.ceiling.c32_per_s),
    ),
    ("F4", "burst: ms until the first answer", Bound::AtMost(50.0), |round| {
        Some(round.burst.first_ms)
    }),
    ("F5", "30 discoveries a second: p50 in ms", Bound::AtMost(8.0), |round| round.calm.p50_ms),
    ("F6", "30 discoveries a second: p99 in ms", Bound::AtMost(25.0), |round| round.calm.p99_ms),
    ("F7", "processor time of a discovery in ms, with the database", Bound::AtMost(6.0), |round| {
        Some(round.calm.service_cpu_ms? + round.calm.database_cpu_ms?)
    }),
    ("F8", "transactions a second at rest", Bound::AtMost(1.0), |round| {
        Some(round.rest.transactions_per_s)
    }),
    ("F9", "percent of a processor at rest, with the database", Bound::AtMost(0.3), |round| {
        round.rest.cpu_percent
    }),
    ("F10", "memory at rest in MiB", Bound::AtMost(45.0), |round| round.rest.memory_mib),
    ("F13", "one transfer: ms from the request to the last page", Bound::AtMost(620.0), |round| {
        round.transfers.single_ms
    }),
    ("F14", "pages a second to one HIU", Bound::AtLeast(300.0), |round| {
        Some(round.transfers.to_one_per_s)
    }),
    ("F15", "pages a second to fifty HIUs", Bound::AtLeast(600.0), |round| {
        Some(round.transfers.to_fifty_per_s)
    }),
];

fn goals(visits: &Visits, rounds: &[Round]) -> Vec<Goal> {
    let c32 = median(rounds, |round| Some(round.ceiling.c32_per_s));
    let of_rounds = ROWS.into_iter();
    let of_rounds = of_rounds
        .map(|(id, what, bound, figure)| Goal::new(id, what, bound, median(rounds, figure)));
    let of_visits = [
        Goal::new(
            "F11",
            "visits to 201, per commit of the ceiling",
            Bound::AtLeast(0.10),
            c32.map(|c32| visits.per_s / c32),
        ),
        Goal::new(
            "F12",
            "seconds until all read models show the last visit",
            Bound::AtMost(2.0),
            Some(visits.followed_after_s),
        ),
    ];
    of_rounds.chain(of_visits).collect()
}

impl Report {
    pub(super) fn new(
        machine: Machine,
        postgres: String,
        visits: Visits,
        rounds: Vec<Round>,
    ) -> Self {
        let goals = goals(&visits, &rounds);
        Self { machine, postgres, visits, rounds, goals }
    }

    /// The machine, in words.
    pub(super) fn machine(&self) -> String {
        self.machine.describe()
    }
}

impl Measurement for Report {
    fn print(&self) {
        let figure =
            |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.1}"));
        let Visits { per_s, p50_ms, p99_ms, followed_after_s } = &self.visits;
        print_line(&format!(
            "visits     {per_s:.0}/s to 201, p50 {} ms, p99 {} ms; read models {followed_after_s:.1} s later",
            figure(*p50_ms),
            figure(*p99_ms),
        ));
        for Round { ceiling, callbacks, burst, calm, transfers, rest } in &self.rounds {
            print_line(&format!(
                "\nceiling    {:.0} commits/s with 32 clients, {} ms for one",
                ceiling.c32_per_s,
                figure(ceiling.commit_ms),
            ));
            print_line(&format!(
                "callbacks  {:.0}/s to 202, p50 {} ms, p99 {} ms",
                callbacks.per_s,
                figure(callbacks.p50_ms),
                figure(callbacks.p99_ms),
            ));
            print_line(&format!(
                "burst      {:.0}/s confirmed, {:.0}/s answered; first {:.1} ms, p50 {} ms, p99 {} ms; \
                 {} places out of turn; {} without a patient",
                burst.accepted_per_s,
                burst.answered_per_s,
                burst.first_ms,
                figure(burst.p50_ms),
                figure(burst.p99_ms),
                burst.out_of_turn,
                burst.error_count,
            ));
            print_line(&format!(
                "calm       p50 {} ms, p99 {} ms; processor {} ms and the database's {} ms, {:.1} transactions each; \
                 {} without a patient",
                figure(calm.p50_ms),
                figure(calm.p99_ms),
                figure(calm.service_cpu_ms),
                figure(calm.database_cpu_ms),
                calm.transactions,
                calm.error_count,
            ));
            print_line(&format!(
                "transfers  {} pages in {} ms; {:.0} pages/s to one HIU, {:.0}/s to fifty",
                transfers.page_count,
                figure(transfers.single_ms),
                transfers.to_one_per_s,
                transfers.to_fifty_per_s,
            ));
            print_line(&format!(
                "rest       {:.1} transactions/s, {} % of a processor, {} MiB",
                rest.transactions_per_s,
                figure(rest.cpu_percent),
                figure(rest.memory_mib),
            ));
        }
    }

    fn goals(&self) -> &[Goal] {
        &self.goals
    }
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
