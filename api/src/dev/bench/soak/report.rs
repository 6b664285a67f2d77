//! The figures of each stretch, and what has grown.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::dev::bench::Measurement;
use crate::dev::bench::flow::Stretch;
use crate::dev::bench::goal::{Bound, Goal};
use crate::dev::bench::machine::Machine;
use crate::dev::bench::sample::Spread;
use crate::output::print_line;

/// Results of the whole run.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    machine: Option<Machine>,
    postgres: String,
    per_s: u32,
    stretches: Vec<Stretch>,
    /// Bytes for each discovery, with indexes, of each table that has grown.
    grown: BTreeMap<String, f64>,
    goals: Vec<Goal>,
}

/// Size of each table in bytes, with its indexes.
pub(super) type Sizes = BTreeMap<String, i64>;

impl Report {
    pub(super) fn new(
        per_s: u32,
        stretches: Vec<Stretch>,
        discoveries: u64,
        (before, after): (&Sizes, &Sizes),
    ) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
        let each = |bytes: i64| bytes as f64 / discoveries.max(1) as f64;
        let grown = after.iter().map(|(table, size)| {
            let bytes = size.saturating_sub(before.get(table).copied().unwrap_or_default());
            (table.clone(), each(bytes))
        });
        let grown = grown.filter(|(_, bytes)| *bytes >= 1.0).collect();
        let goals = goals(&stretches);
        Self { machine: None, postgres: String::new(), per_s, stretches, grown, goals }
    }

    /// On what it was measured.
    pub(super) fn told(&mut self, machine: Machine, postgres: String) {
        self.machine = Some(machine);
        self.postgres = postgres;
    }
}

/// Compares the last third with the middle one: the caches fill during the first.
fn goals(stretches: &[Stretch]) -> Vec<Goal> {
    let third = stretches.len() / 3;
    let median = |part: &[Stretch], figure: fn(&Stretch) -> Option<f64>| {
        Spread::of(part.iter().filter_map(figure)).map(|spread| spread.median)
    };
    let growth = |figure: fn(&Stretch) -> Option<f64>| {
        let last = stretches.get(stretches.len().checked_sub(third)?..)?;
        let middle = stretches.get(third..third.checked_mul(2)?)?;
        Some(median(last, figure)? / median(middle, figure)?)
    };
    vec![
        Goal::new(
            "S1",
            "memory of the service, last third times the middle one",
            Bound::AtMost(1.05),
            growth(|stretch| stretch.memory_mib),
        ),
        Goal::new(
            "S2",
            "p50 until the answer, last third times the middle one",
            Bound::AtMost(1.3),
            growth(|stretch| stretch.p50_ms),
        ),
    ]
}

impl Measurement for Report {
    /// The stretches were printed when they were measured.
    fn print(&self) {
        print_line("\nBytes for each discovery, with indexes:");
        for (table, bytes) in &self.grown {
            print_line(&format!("{table:<32} {bytes:>8.0}"));
        }
    }

    fn goals(&self) -> &[Goal] {
        &self.goals
    }
}
