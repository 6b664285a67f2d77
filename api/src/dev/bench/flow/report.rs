//! The results, as text and as JSON.

use serde::Serialize;

use super::figures::{Round, Visits};
use crate::dev::bench::Measurement;
use crate::dev::bench::goal::{Bound, Goal};
use crate::dev::bench::machine::Machine;
use crate::dev::bench::sample::Spread;
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
