//! All rounds as a table and as a JSON object.

use serde::Serialize;

use super::BenchAppendArgs;
use super::case::{CEILING, Case, groups};
use super::goals::{self, ALONE, rate_to};
use super::reference;
use super::rounds::Round;
use crate::dev::bench::Measurement;
use crate::dev::bench::goal::Goal;
use crate::dev::bench::machine::Machine;
use crate::dev::bench::measured::Measured;
use crate::dev::bench::sample::Spread;
use crate::output::print_line;

/// Everything that was measured.
#[derive(Serialize)]
pub(super) struct Report {
    machine: Machine,
    server_version: String,
    seconds: u32,
    streams: u32,
    reference: &'static str,
    /// Median latency of one client of pgbench, in ms.
    commit_ms: Option<Spread>,
    rows: Vec<Row>,
    goals: Vec<Goal>,
    rounds: Vec<Round>,
}

/// One case over all rounds.
#[derive(Serialize)]
struct Row {
    name: String,
    #[serde(flatten)]
    case: Case,
    events_per_s: Spread,
    /// Ratio to C32 of the same round.
    ratio: Option<Spread>,
    p50_ms: Option<Spread>,
    p99_ms: Option<Spread>,
    cpu_us: Option<Spread>,
}

impl Row {
    fn of(rounds: &[Round], case: Case) -> Option<Self> {
        let over = |of: fn(&Measured) -> Option<f64>| {
            Spread::of(rounds.iter().filter_map(|round| of(round.get(case)?)))
        };
        Some(Self {
            name: case.to_string(),
            case,
            events_per_s: over(|it| Some(it.events_per_s))?,
            ratio: Spread::of(rounds.iter().filter_map(|round| rate_to(round, case, CEILING))),
            p50_ms: over(|it| it.p50_ms),
            p99_ms: over(|it| it.p99_ms),
            cpu_us: over(|it| it.cpu_us),
        })
    }
}

impl Report {
    pub(super) fn new(
        machine: Machine,
        server_version: String,
        options: &BenchAppendArgs,
        has_reference: bool,
        rounds: Vec<Round>,
    ) -> Self {
        let commits = rounds.iter().filter_map(|round| round.get(ALONE)?.p50_ms);
        Self {
            machine,
            server_version,
            seconds: options.seconds,
            streams: options.streams,
            reference: if has_reference { "cqrs-es over postgres-es" } else { reference::HINT },
            commit_ms: Spread::of(commits),
            rows: groups()
                .into_iter()
                .flatten()
                .filter_map(|case| Row::of(&rounds, case))
                .collect(),
            goals: goals::judge(&rounds),
            rounds,
        }
    }
}

impl Measurement for Report {
    fn print(&self) {
        let commit = self
            .commit_ms
            .as_ref()
            .map_or("–".to_owned(), |spread| format!("{:.2}", spread.median));
        print_line(&format!(
            "{} rounds of {} s each; median and range. A commit takes {commit} ms.\n",
            self.rounds.len(),
            self.seconds,
        ));
        let width = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        print_line(&format!(
            "{:<width$}  {:>8} {:>15}  {:>6}  {:>7} {:>7}  {:>11}",
            "", "events/s", "range", "to C32", "p50 ms", "p99 ms", "CPU µs/cmd"
        ));
        for row in &self.rows {
            let Spread { median, min, max, .. } = &row.events_per_s;
            let cell = |spread: &Option<Spread>, digits: usize| {
                spread
                    .as_ref()
                    .map_or("–".to_owned(), |spread| format!("{:.digits$}", spread.median))
            };
            print_line(&format!(
                "{:<width$}  {median:>8.0} {:>15}  {:>6}  {:>7} {:>7}  {:>11}",
                row.name,
                format!("{min:.0}–{max:.0}"),
                cell(&row.ratio, 2),
                cell(&row.p50_ms, 2),
                cell(&row.p99_ms, 2),
                cell(&row.cpu_us, 0),
            ));
        }
    }

    fn goals(&self) -> &[Goal] {
        &self.goals
    }
}
