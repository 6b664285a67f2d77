//! `hip bench seal`: sealing a page, compared with the encryption and the base64 encoding alone.

mod baseline;
mod report;
mod work;

use std::time::{Duration, Instant};

use abdm_fidelius::KeyFormat;
use clap::value_parser;

use super::machine::Machine;
use crate::output::ExitStatus;
use report::Report;
use work::{Work, Workload};

/// Sizes of a page in bytes: a prescription and a scan.
const SIZES: [usize; 2] = [10_000, 1_000_000];

const KEY_FORMATS: [KeyFormat; 2] = [KeyFormat::Weierstrass, KeyFormat::X25519];

/// Options of `hip bench seal`.
#[derive(clap::Args)]
pub(crate) struct BenchSealArgs {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Seconds for each size and key format.
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u64).range(1..))]
    seconds: u64,
}

pub(crate) fn run(options: &BenchSealArgs) -> ExitStatus {
    let mut machine = Machine::look();
    let measured = SIZES
        .into_iter()
        .flat_map(|size| KEY_FORMATS.map(|key_format| (size, key_format)))
        .map(|(size, key_format)| measure(size, key_format, Duration::from_secs(options.seconds)))
        .collect();
    machine.look_again();
    let report = Report::new(machine, options.seconds, measured);
    super::print(&report, options.json);
    ExitStatus::Success
}

/// Measures the kinds of work in turn until the time is over, so that other load on the machine slows all
/// of them.
///
/// The first rounds are a warm-up and are not counted.
fn measure(size: usize, key_format: KeyFormat, time: Duration) -> report::Measured {
    const WARM_UP_ROUND_COUNT: usize = 20;
    let workload = Workload::new(size, key_format);
    let mut latencies = Work::ALL.map(|_| Vec::new());
    let begun_at = Instant::now();
    while begun_at.elapsed() < time {
        for (work, latencies) in Work::ALL.into_iter().zip(&mut latencies) {
            latencies.push(workload.time(work));
        }
    }
    let latencies = latencies.map(|all| all.into_iter().skip(WARM_UP_ROUND_COUNT).collect());
    report::Measured::new(size, key_format, latencies)
}
