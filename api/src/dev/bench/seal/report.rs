//! Durations and ratios for each size and key format.

use abdm_fidelius::KeyFormat;
use serde::Serialize;

use super::work::Work;
use crate::dev::bench::Measurement;
use crate::dev::bench::goal::{Bound, Goal};
use crate::dev::bench::machine::Machine;
use crate::dev::bench::sample::Latencies;
use crate::output::print_line;

/// Limit for the ratio of the full seal to the encryption and one ECDH alone.
const LIMIT: f64 = 1.25;

/// Everything that was measured.
#[derive(Serialize)]
pub(super) struct Report {
    machine: Machine,
    seconds: u64,
    measured: Vec<Measured>,
    goals: Vec<Goal>,
}

/// Results of one size in one key format.
#[derive(Serialize)]
pub(super) struct Measured {
    size_bytes: usize,
    #[serde(rename = "dialect")]
    key_format: KeyFormat,
    round_count: usize,
    encrypt: Times,
    agree: Times,
    checksum: Times,
    exchange: Times,
    full: Times,
    /// The full seal, divided by encryption and one ECDH.
    ratio: f64,
    /// The same without the checksum.
    ratio_without_checksum: f64,
    /// Share of the checksum in the full seal, from 0 to 1.
    checksum_share: f64,
}

/// Durations in microseconds.
#[derive(Clone, Copy, Default, Serialize)]
struct Times {
    p50_us: f64,
    p99_us: f64,
}

impl Measured {
    pub(super) fn new(
        size_bytes: usize,
        key_format: KeyFormat,
        latencies: [Latencies; Work::ALL.len()],
    ) -> Self {
        let round_count = latencies[0].len();
        let [encrypt, agree, checksum, exchange, full] = latencies.map(times);
        let unavoidable = encrypt.p50_us + agree.p50_us;
        Self {
            size_bytes,
            key_format,
            round_count,
            encrypt,
            agree,
            checksum,
            exchange,
            full,
            ratio: full.p50_us / unavoidable,
            ratio_without_checksum: (full.p50_us - checksum.p50_us) / unavoidable,
            checksum_share: checksum.p50_us / full.p50_us,
        }
    }

    fn name(&self) -> String {
        let kilobytes = self.size_bytes / 1_000;
        format!("{kilobytes} kB, {}", self.key_format)
    }

    fn print(&self) {
        print_line(&format!(
            "\n{}, {} rounds: {:>17} {:>9}",
            self.name(),
            self.round_count,
            "p50 µs",
            "p99 µs"
        ));
        let rows = [
            ("AES-256-GCM and base64 alone", self.encrypt),
            ("one ECDH, fresh key", self.agree),
            ("MD5, the protocol's checksum", self.checksum),
            ("our exchange alone", self.exchange),
            ("the full seal", self.full),
        ];
        for (name, times) in rows {
            print_line(&format!("  {name:<32} {:>9.1} {:>9.1}", times.p50_us, times.p99_us));
        }
        let rest =
            self.full.p50_us - self.exchange.p50_us - self.checksum.p50_us - self.encrypt.p50_us;
        print_line(&format!(
            "  of the full seal: checksum {:.0} %, exchange {:.0} %, encryption and base64 {:.0} %, rest {:.0} %",
            100.0 * self.checksum_share,
            100.0 * self.exchange.p50_us / self.full.p50_us,
            100.0 * self.encrypt.p50_us / self.full.p50_us,
            100.0 * rest / self.full.p50_us,
        ));
    }
}

impl Report {
    pub(super) fn new(machine: Machine, seconds: u64, measured: Vec<Measured>) -> Self {
        let goal = |what, value| Goal::new("seal", what, Bound::AtMost(LIMIT), Some(value));
        let goals = measured
            .iter()
            .flat_map(|it| {
                let name = it.name();
                [
                    goal(format!("{name}: full, to encryption and one ECDH"), it.ratio),
                    // Not a goal of the design. It shows the ratio without the required checksum.
                    goal(
                        format!("{name}: the same less MD5, for comparison"),
                        it.ratio_without_checksum,
                    ),
                ]
            })
            .collect();
        Self { machine, seconds, measured, goals }
    }
}

impl Measurement for Report {
    fn print(&self) {
        print_line(&format!(
            "On {}; {} s each, one thread.",
            self.machine.describe(),
            self.seconds
        ));
        self.measured.iter().for_each(Measured::print);
    }

    fn goals(&self) -> &[Goal] {
        &self.goals
    }
}

fn times(latencies: Latencies) -> Times {
    latencies.percentiles().map_or_else(Times::default, |it| Times {
        p50_us: it.p50.as_secs_f64() * 1e6,
        p99_us: it.p99.as_secs_f64() * 1e6,
    })
}
