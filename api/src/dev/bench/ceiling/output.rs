//! Parses the output of pgbench: a progress line every second, and a log of single transactions.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;

use crate::dev::bench::sample::Latencies;

/// A progress line: its time since the start, and the transactions per second since the previous line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Progress {
    pub(super) at_s: f64,
    pub(super) per_s: f64,
}

/// Parses a line such as `progress: 2.0 s, 6513.8 tps, lat 4.903 ms stddev 2.271, 0 failed`.
pub(super) fn progress(line: &str) -> Option<Progress> {
    let (at, rest) = line.strip_prefix("progress: ")?.split_once(" s, ")?;
    let (per_s, _) = rest.split_once(" tps")?;
    Some(Progress { at_s: at.parse().ok()?, per_s: per_s.parse().ok()? })
}

/// Number of transactions from the first line to the last.
pub(super) fn transactions(lines: &[Progress]) -> f64 {
    lines.windows(2).map(|pair| pair[1].per_s * (pair[1].at_s - pair[0].at_s)).sum()
}

/// Returns the latencies in the logs of a directory, without those of the first `warm_up`.
pub(super) fn latencies(directory: &Path, warm_up: Duration) -> anyhow::Result<Latencies> {
    let mut noted = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let text = std::fs::read_to_string(entry?.path())?;
        for line in text.lines() {
            noted.push(transaction(line).context("pgbench's log has another form")?);
        }
    }
    let begun = noted.iter().map(|(at, _)| *at).min().unwrap_or_default();
    let counted = noted.into_iter().filter(|(at, _)| *at >= begun + warm_up);
    Ok(counted.map(|(_, latency)| latency).collect())
}

/// Parses the end of a transaction, in Unix time, and its duration.
///
/// A line is `<client> <number> <µs> <script> <seconds> <µs of the second>`.
fn transaction(line: &str) -> Option<(Duration, Duration)> {
    let fields: Vec<u64> =
        line.split(' ').map(|field| field.parse().ok()).collect::<Option<_>>()?;
    let [_, _, latency_us, _, seconds, us, ..] = fields[..] else { return None };
    let ended_at = Duration::from_secs(seconds) + Duration::from_micros(us);
    Some((ended_at, Duration::from_micros(latency_us)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_and_other_lines_are_passed_over() {
        let line = "progress: 2.0 s, 6513.8 tps, lat 4.903 ms stddev 2.271, 0 failed";
        assert_eq!(progress(line), Some(Progress { at_s: 2.0, per_s: 6513.8 }));
        assert_eq!(progress("pgbench (15.12)"), None);
    }

    #[test]
    fn the_first_second_counts_for_nothing() {
        let line = |at_s, per_s| Progress { at_s, per_s };
        let lines = [line(1.0, 10.0), line(2.0, 100.0), line(3.5, 200.0)];
        assert!((transactions(&lines) - 400.0).abs() < 1e-9);
        let directory = tempfile::tempdir().unwrap();
        let log = "0 1 900 0 100 5\n1 1 700 0 101 4\n0 2 500 0 101 5\n";
        std::fs::write(directory.path().join("log.1"), log).unwrap();
        assert_eq!(latencies(directory.path(), Duration::from_secs(1)).unwrap().len(), 1);
    }
}
