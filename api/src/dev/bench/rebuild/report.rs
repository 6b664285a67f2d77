//! The results, as text and as JSON.

use hip_infra::subscription::rebuild::Rebuilt;
use serde::Serialize;

use super::watch::LagSeen;
use crate::dev::bench::machine::Machine;
use crate::dev::bench::matcher::Matcher;
use crate::output::print_line;

/// Results of the whole run.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub(super) machine: Option<Machine>,
    pub(super) postgres: String,
    /// Writing the log.
    pub(super) written: Phase,
    /// Filling all read models at once, from the start of the log.
    pub(super) filled: Phase,
    /// Number of patients after the fill.
    pub(super) patients: u32,
    /// The search for one of them.
    pub(super) matcher: Matcher,
    /// The rebuild of each read model.
    pub(super) rows: Vec<Row>,
    pub(super) reads: ReadReport,
    /// Number of visits written during the rebuilds.
    pub(super) wrote: usize,
    /// Number of those visits that are not shown at the end.
    pub(super) missing: i64,
}

/// A number of events, and their duration in seconds.
#[derive(Serialize)]
pub(super) struct Phase {
    pub(super) events: i64,
    pub(super) seconds: f64,
}

impl Phase {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    pub(super) fn per_s(&self) -> f64 {
        self.events as f64 / self.seconds.max(0.001)
    }
}

/// The rebuild of one read model.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    name: &'static str,
    events_per_s: f64,
    seconds: f64,
    /// How long the live reader had to wait, in ms.
    held_ms: f64,
    /// Number of rows or documents.
    rows: i64,
    /// Whether both generations had the same content.
    is_same: bool,
    /// Number of events by which the live generation was behind during the rebuild.
    live_lag_median: i64,
    live_lag_most: i64,
}

impl Row {
    pub(super) fn of(name: &'static str, rebuilt: &Rebuilt, lag: LagSeen) -> Self {
        let seconds = rebuilt.filled_in.as_secs_f64();
        Self {
            name,
            events_per_s: Phase { events: rebuilt.position, seconds }.per_s(),
            seconds,
            held_ms: rebuilt.held_for.as_secs_f64() * 1e3,
            rows: rebuilt.compared.iter().map(|part| part.next_rows).sum(),
            is_same: rebuilt.is_same(),
            live_lag_median: lag.median,
            live_lag_most: lag.most,
        }
    }

    pub(super) fn line(&self) -> String {
        let Self { name, events_per_s, seconds, held_ms, rows, .. } = self;
        let same = if self.is_same { "same" } else { "NOT the same" };
        format!(
            "{name:<24} {events_per_s:>8.0} events/s {seconds:>7.1} s, held {held_ms:>6.0} ms, {rows:>8} rows, {same}; \
             live lag {} events in the middle, {} at most",
            self.live_lag_median, self.live_lag_most
        )
    }
}

/// Results of the reads during the rebuilds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReadReport {
    pub(super) count: usize,
    pub(super) wrong: usize,
    pub(super) p50_ms: Option<f64>,
    pub(super) p99_ms: Option<f64>,
}

impl Report {
    /// Errors that fail the run.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = vec![];
        if self.reads.wrong > 0 {
            faults.push(format!("{} answers were wrong or missing", self.reads.wrong));
        }
        if self.missing > 0 {
            faults.push(format!("{} visits that were written are not shown", self.missing));
        }
        let differ = self.rows.iter().filter(|row| !row.is_same);
        faults.extend(differ.map(|row| format!("{} is not what it was", row.name)));
        faults
    }

    pub(super) fn print(&self) {
        let ReadReport { count, wrong, p50_ms, p99_ms } = &self.reads;
        let ms = |ms: &Option<f64>| ms.map_or_else(|| "–".to_owned(), |ms| format!("{ms:.1}"));
        print_line(&format!(
            "{count} reads meanwhile, {wrong} wrong or missing; p50 {} ms, p99 {} ms",
            ms(p50_ms),
            ms(p99_ms)
        ));
        print_line(&format!("{} visits written meanwhile, {} not shown", self.wrote, self.missing));
    }
}
