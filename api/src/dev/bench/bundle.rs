//! `hip bench bundle`: builds a document from a visit, and validates a document.
//!
//! Both are compared with only reading or writing the same JSON.

mod allocations;
mod peers;
mod report;
mod work;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{ValueEnum, value_parser};

use self::report::Report;
use self::work::{Work, Workload};
use super::machine::Machine;
use super::sample::Latencies;
use crate::output::ExitStatus;

/// Options of `hip bench bundle`.
#[derive(clap::Args)]
pub(crate) struct BenchBundleArgs {
    /// Measure only this part.
    only: Option<Part>,
    #[command(flatten)]
    how: How,
}

/// Options of `hip bench bundle` and `hip bench validate`.
#[derive(clap::Args)]
pub(crate) struct How {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Seconds for all kinds of work together.
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u64).range(1..))]
    seconds: u64,
    /// Program of `domain/fhir/peer-bench`, to measure another validator too.
    #[arg(long, requires = "definitions")]
    peer: Option<PathBuf>,
    /// Folder of the guide's definitions, for the other validator.
    #[arg(long)]
    definitions: Option<PathBuf>,
}

/// A part of the measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Build a document from a visit, check it and serialize it.
    Build,
    /// Check a document.
    Validate,
}

/// Runs `hip bench bundle`.
pub(crate) fn run(options: &BenchBundleArgs) -> anyhow::Result<ExitStatus> {
    measure(options.only, &options.how)
}

/// Runs `hip bench validate`.
pub(crate) fn validate(how: &How) -> anyhow::Result<ExitStatus> {
    measure(Some(Part::Validate), how)
}

fn measure(only: Option<Part>, how: &How) -> anyhow::Result<ExitStatus> {
    let mut machine = Machine::look();
    let mut workload = Workload::new()?;
    let wanted: Vec<Work> =
        Work::ALL.into_iter().filter(|work| only.is_none_or(|part| part == work.part())).collect();
    let latencies = rounds(&mut workload, &wanted, Duration::from_secs(how.seconds));
    let allocations = allocations::measure(&workload)?;
    let peers = match (&how.peer, &how.definitions) {
        (Some(program), Some(definitions)) => peers::measure(program, definitions)?,
        (None, _) | (_, None) => vec![],
    };
    machine.look_again();
    let latencies = wanted.into_iter().zip(latencies);
    let report = Report::new(machine, &workload, latencies, allocations, peers);
    super::print(&report, how.json);
    Ok(ExitStatus::Success)
}

/// Measures the kinds of work in turn until the time is over, so that other load on the machine slows all
/// of them.
///
/// The first rounds are a warm-up and are not counted.
fn rounds(workload: &mut Workload, wanted: &[Work], time: Duration) -> Vec<Latencies> {
    const WARM_UP_ROUND_COUNT: usize = 50;
    let mut latencies: Vec<_> = wanted.iter().map(|_| Vec::new()).collect();
    let begun_at = Instant::now();
    while begun_at.elapsed() < time {
        for (work, latencies) in wanted.iter().zip(&mut latencies) {
            latencies.push(workload.time(*work));
        }
    }
    let counted = |all: Vec<_>| all.into_iter().skip(WARM_UP_ROUND_COUNT).collect();
    latencies.into_iter().map(counted).collect()
}
