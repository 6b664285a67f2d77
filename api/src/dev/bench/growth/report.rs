//! The figures at each size, and the largest as a multiple of the smallest.

use serde::Serialize;

use crate::dev::bench::Measurement;
use crate::dev::bench::flow::{Callbacks, Calm, Transfers, Visits};
use crate::dev::bench::goal::{Bound, Goal};
use crate::dev::bench::machine::Machine;
use crate::dev::bench::matcher::Matcher;
use crate::dev::bench::sample::Spread;
use crate::output::print_line;

/// Results of the whole run.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    machine: Machine,
    postgres: String,
    sizes: Vec<Size>,
    goals: Vec<Goal>,
}

/// Results at one size.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Size {
    /// After the measurement.
    pub(super) patients: u32,
    pub(super) events: i64,
    pub(super) rounds: Vec<Round>,
}

/// Results of one round.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Round {
    pub(super) callbacks: Callbacks,
    pub(super) discoveries: Calm,
    pub(super) visits: Visits,
    pub(super) transfers: Transfers,
    pub(super) matcher: Matcher,
    /// While the service was at rest.
    pub(super) rebuilt_events_per_s: f64,
}

/// What one piece of work costs: id, words, cost.
type Row = (&'static str, &'static str, fn(&Round) -> Option<f64>);

const ROWS: [Row; 7] = [
    ("R1", "a callback: time of each in a burst", |round| Some(1.0 / round.callbacks.per_s)),
    ("R2", "a discovery: p50 at 30 a second", |round| round.discoveries.p50_ms),
    ("R3", "a discovery: processor time, with the database's", |round| {
        Some(round.discoveries.service_cpu_ms? + round.discoveries.database_cpu_ms?)
    }),
    ("R4", "a visit: time of each to 201 in a burst", |round| Some(1.0 / round.visits.per_s)),
    ("R5", "a transfer of 48 documents", |round| round.transfers.single_ms),
    ("R6", "a search in the directory: p50", |round| round.matcher.p50_ms),
    ("R7", "an event in a rebuild", |round| Some(1.0 / round.rebuilt_events_per_s)),
];

/// Most that a piece of work may cost in the largest log, times the smallest.
const GROWTH_MAX: f64 = 1.3;

impl Size {
    fn median(&self, figure: impl Fn(&Round) -> Option<f64>) -> Option<f64> {
        Spread::of(self.rounds.iter().filter_map(figure)).map(|spread| spread.median)
    }

    pub(super) fn line(&self) -> String {
        let figure = |figure: fn(&Round) -> Option<f64>| {
            self.median(figure).map_or("–".to_owned(), |value| format!("{value:.2}"))
        };
        format!(
            "{} patients, {} events: {} callbacks/s; discovery p50 {} ms, {} ms of processor time; \
             {} visits/s; 48 documents in {} ms; search p50 {} ms, p99 {} ms; rebuild {} events/s",
            self.patients,
            self.events,
            figure(|round| Some(round.callbacks.per_s.round())),
            figure(ROWS[1].2),
            figure(ROWS[2].2),
            figure(|round| Some(round.visits.per_s.round())),
            figure(ROWS[4].2),
            figure(|round| round.matcher.p50_ms),
            figure(|round| round.matcher.p99_ms),
            figure(|round| Some(round.rebuilt_events_per_s.round())),
        )
    }
}

impl Report {
    pub(super) fn new(machine: Machine, postgres: String, sizes: Vec<Size>) -> Self {
        let growth = |cost: fn(&Round) -> Option<f64>| {
            Some(sizes.last()?.median(cost)? / sizes.first()?.median(cost)?)
        };
        let mut goals: Vec<Goal> = ROWS
            .into_iter()
            .map(|(id, what, cost)| Goal::new(id, what, Bound::AtMost(GROWTH_MAX), growth(cost)))
            .collect();
        let search = sizes.last().and_then(|size| size.median(|round| round.matcher.p99_ms));
        goals.push(Goal::new(
            "R8",
            "a search in the largest directory: p99 in ms",
            Bound::AtMost(5.0),
            search,
        ));
        Self { machine, postgres, sizes, goals }
    }
}

impl Measurement for Report {
    /// The figures were printed when they were measured.
    fn print(&self) {
        print_line("\nThe cost in the largest log, times that in the smallest:");
    }

    fn goals(&self) -> &[Goal] {
        &self.goals
    }
}
