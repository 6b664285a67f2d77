//! The figures of both, and their ratios.

use std::time::Duration;

use serde::Serialize;

use crate::dev::bench::Measurement;
use crate::dev::bench::flow::Answered;
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
    hip: Vec<Answers>,
    wrapper: Vec<Answers>,
    goals: Vec<Goal>,
}

/// Figures of one round of one of them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answers {
    /// Of a burst.
    answered_per_s: f64,
    /// From the question to the answer, at a steady rate.
    p50_ms: Option<f64>,
    p99_ms: Option<f64>,
    /// Processor time of one discovery, with the database's.
    cpu_ms: Option<f64>,
    /// Answers that found no patient.
    error_count: usize,
}

impl Answers {
    pub(super) fn new(answered_per_s: f64, calm: &[Answered], cpu: Option<Duration>) -> Self {
        let error_count = calm.iter().filter(|one| one.is_error).count();
        let times = calm.iter().map(|one| one.took).collect::<Latencies>().percentiles();
        Self {
            answered_per_s,
            p50_ms: times.map(|times| ms(times.p50)),
            p99_ms: times.map(|times| ms(times.p99)),
            cpu_ms: cpu.map(ms),
            error_count,
        }
    }
}

fn median(rounds: &[Answers], figure: impl Fn(&Answers) -> Option<f64>) -> Option<f64> {
    Spread::of(rounds.iter().filter_map(figure)).map(|spread| spread.median)
}

/// A ratio of two medians, ours to theirs: id, words, limit, figure.
type Row = (&'static str, &'static str, Bound, fn(&Answers) -> Option<f64>);

const ROWS: [Row; 3] = [
    ("P1", "answers per second in a burst, times the wrapper's", Bound::AtLeast(5.0), |round| {
        Some(round.answered_per_s)
    }),
    ("P2", "30 discoveries a second: p50, times the wrapper's", Bound::AtMost(1.5), |round| {
        round.p50_ms
    }),
    ("P4", "processor time of a discovery, times the wrapper's", Bound::AtMost(0.3), |round| {
        round.cpu_ms
    }),
];

impl Report {
    pub(super) fn new(machine: Machine, hip: Vec<Answers>, wrapper: Vec<Answers>) -> Self {
        let ratio = |figure: fn(&Answers) -> Option<f64>| {
            Some(median(&hip, figure)? / median(&wrapper, figure)?)
        };
        let mut goals: Vec<Goal> = ROWS
            .into_iter()
            .map(|(id, what, bound, figure)| Goal::new(id, what, bound, ratio(figure)))
            .collect();
        let p99 = median(&hip, |round| round.p99_ms);
        goals.push(Goal::new("P3", "p99 in ms", Bound::AtMost(25.0), p99));
        Self { machine, hip, wrapper, goals }
    }
}

impl Measurement for Report {
    fn print(&self) {
        let figure =
            |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.1}"));
        for (name, rounds) in [("wrapper", &self.wrapper), ("hip", &self.hip)] {
            for Answers { answered_per_s, p50_ms, p99_ms, cpu_ms, error_count } in rounds {
                print_line(&format!(
                    "{name:8} {answered_per_s:.0}/s in a burst; p50 {} ms, p99 {} ms, {} ms of processor time; \
                     {error_count} without a patient",
                    figure(*p50_ms),
                    figure(*p99_ms),
                    figure(*cpu_ms),
                ));
            }
        }
    }

    fn goals(&self) -> &[Goal] {
        &self.goals
    }
}
