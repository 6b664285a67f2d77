//! Report of the durations, compared with only reading and writing.

use serde::Serialize;

use super::allocations::{self, Allocations};
use super::peers::Peer;
use super::work::{Work, Workload};
use crate::dev::bench::Measurement;
use crate::dev::bench::goal::{Bound, Goal};
use crate::dev::bench::machine::Machine;
use crate::dev::bench::sample::Latencies;
use crate::output::print_line;

/// Time limit for building a document of a consultation, in microseconds.
const BUILD_US_MAX: f64 = 300.0;

/// Time limit for checking a discharge summary, in microseconds.
const VALIDATE_US_MAX: f64 = 40.0;

/// Everything that was measured.
#[derive(Serialize)]
pub(super) struct Report {
    machine: Machine,
    measured: Vec<Measured>,
    allocations: Option<Allocations>,
    validators: Vec<Peer>,
    goals: Vec<Goal>,
}

/// Result of one kind of work.
#[derive(Serialize)]
struct Measured {
    what: String,
    round_count: usize,
    p50_us: f64,
    p99_us: f64,
}

impl Measured {
    fn new(work: Work, workload: &Workload, latencies: Latencies) -> Self {
        let (consultation, summary) =
            (workload.consultation_entry_count, workload.summary_entry_count);
        let what = match work {
            Work::Build => {
                format!("consultation of {consultation} entries, from its visit, checked")
            }
            Work::Write => "the same document, only written".to_owned(),
            Work::Validate => format!("discharge summary of {summary} entries, checked"),
            Work::Read => "the same document, only read".to_owned(),
        };
        let round_count = latencies.len();
        let us = |time: std::time::Duration| time.as_secs_f64() * 1e6;
        let (p50_us, p99_us) =
            latencies.percentiles().map_or((f64::NAN, f64::NAN), |it| (us(it.p50), us(it.p99)));
        Self { what, round_count, p50_us, p99_us }
    }
}

impl Report {
    pub(super) fn new(
        machine: Machine,
        workload: &Workload,
        latencies: impl Iterator<Item = (Work, Latencies)>,
        allocations: Option<Allocations>,
        validators: Vec<Peer>,
    ) -> Self {
        let mut measured = vec![];
        let mut p50 = Work::ALL.map(|work| (work, None));
        for (work, latencies) in latencies {
            let one = Measured::new(work, workload, latencies);
            p50[work as usize].1 = Some(one.p50_us);
            measured.push(one);
        }
        let p50 = p50.map(|(_, value)| value);
        Self { machine, measured, allocations, validators, goals: goals(p50) }
    }
}

impl Measurement for Report {
    fn print(&self) {
        print_line(&format!("On {}; one thread.", self.machine.describe()));
        let width = self.measured.iter().map(|one| one.what.len()).max().unwrap_or_default();
        print_line(&format!("{:<width$} {:>9} {:>9} {:>8}", "", "p50 µs", "p99 µs", "rounds"));
        for Measured { what, round_count, p50_us, p99_us } in &self.measured {
            print_line(&format!("{what:<width$} {p50_us:>9.1} {p99_us:>9.1} {round_count:>8}"));
        }
        match self.allocations {
            None => print_line(&format!("\n{}", allocations::HINT)),
            Some(Allocations { validate, read, build }) => print_line(&format!(
                "\nallocations: {validate} for the check of the summary, {read} for only reading it, \
                 {build} for the consultation from its visit"
            )),
        }
        for Peer { validator, document, p50_us, verdict } in &self.validators {
            let verdict = verdict.as_deref().unwrap_or("only read");
            print_line(&format!("{document:<32} {validator:<38} {p50_us:>10.1} µs  {verdict}"));
        }
    }

    fn goals(&self) -> &[Goal] {
        &self.goals
    }
}

/// The goals, from the medians in the order of [`Work::ALL`].
fn goals([build, _, validate, read]: [Option<f64>; 4]) -> Vec<Goal> {
    let mut goals = vec![];
    if build.is_some() {
        let what = "consultation built, checked, written: p50 µs";
        goals.push(Goal::new("docs", what, Bound::AtMost(BUILD_US_MAX), build));
    }
    if validate.is_some() {
        let what = "discharge summary checked: p50 µs";
        goals.push(Goal::new("docs", what, Bound::AtMost(VALIDATE_US_MAX), validate));
        // Not a goal of the design, but valid on any machine.
        let what = "the same, to reading it alone";
        goals.push(Goal::new(
            "docs",
            what,
            Bound::AtMost(1.0),
            validate.zip(read).map(|(ours, theirs)| ours / theirs),
        ));
    }
    goals
}
