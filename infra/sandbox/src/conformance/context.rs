//! Runs the cases one after the other, and stores their results.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use parking_lot::Mutex;

use super::Hip;
use super::case::Verdict;
use super::report::{CaseResult, Report, StepOutcome};
use crate::journal::{Direction, Entry};
use crate::run::clock;
use crate::sandbox::Sandbox;
use crate::wire::operation::Operation;

/// One run against one HIP.
pub(super) struct SuiteContext<'a> {
    pub(super) sandbox: &'a Sandbox,
    pub(super) hip: &'a Hip,
    /// Number of contract violations before the run.
    pub(super) breaches_before: usize,
    /// Open transactions before the run.
    pub(super) open_before: BTreeSet<String>,
    started_at: DateTime<Utc>,
    /// Observations of the running case.
    observed: Mutex<Vec<String>>,
    cases: Mutex<Vec<CaseResult>>,
}

impl<'a> SuiteContext<'a> {
    pub(super) fn set(sandbox: &'a Sandbox, hip: &'a Hip) -> Self {
        Self {
            sandbox,
            hip,
            breaches_before: sandbox.violations().len(),
            open_before: sandbox.hiu().open_transactions().into_iter().collect(),
            started_at: clock::now(),
            observed: Mutex::default(),
            cases: Mutex::default(),
        }
    }

    pub(super) fn facility(&self) -> &str {
        &self.hip.facility
    }

    /// Time limit for every wait.
    pub(super) fn patience(&self) -> Duration {
        self.sandbox.world.options.patience
    }

    /// Records an observation of the running case.
    pub(super) fn saw(&self, line: impl Into<String>) {
        self.observed.lock().push(line.into());
    }

    /// Runs a case; returns whether it passed.
    pub(super) async fn case(
        &self,
        id: &'static str,
        flow: &'static str,
        work: impl Future<Output = Verdict>,
    ) -> bool {
        self.observed.lock().clear();
        let (start, began) = (self.now(), Instant::now());
        let verdict = work.await;
        let entries = self.sandbox.journal().snapshot().split_off(start);
        for breach in entries.iter().flat_map(|entry| &entry.violations) {
            self.saw(format!("the contract was broken: {breach}"));
        }
        let passed = verdict.is_ok();
        tracing::info!(case = id, passed, "conformance case");
        // A failed case must not leave its fault to the next one.
        self.sandbox.faults().clear();
        self.cases.lock().push(CaseResult {
            id,
            flow,
            outcome: if passed { StepOutcome::Passed } else { StepOutcome::Failed },
            reason: verdict.err().map(|failure| failure.0),
            observed: std::mem::take(&mut *self.observed.lock()),
            request_ids: ids(&entries, Direction::Out),
            callback_ids: ids(&entries, Direction::In),
            took: began.elapsed(),
        });
        passed
    }

    /// A certification case that passes if these cases passed.
    pub(super) fn derived(&self, id: &'static str, flow: &'static str, from: &[&str]) {
        let mut cases = self.cases.lock();
        let parts: Vec<&CaseResult> = cases.iter().filter(|case| from.contains(&case.id)).collect();
        let failed: Vec<&str> = from
            .iter()
            .copied()
            .filter(|id| !parts.iter().any(|it| it.id == *id && it.outcome == StepOutcome::Passed))
            .collect();
        let case = CaseResult {
            id,
            flow,
            outcome: if failed.is_empty() { StepOutcome::Passed } else { StepOutcome::Failed },
            reason: (!failed.is_empty()).then(|| format!("did not pass: {}", failed.join(", "))),
            observed: parts
                .iter()
                .flat_map(|part| {
                    part.observed.iter().map(move |line| format!("{}: {line}", part.id))
                })
                .collect(),
            request_ids: parts.iter().flat_map(|part| part.request_ids.clone()).collect(),
            callback_ids: parts.iter().flat_map(|part| part.callback_ids.clone()).collect(),
            took: parts.iter().map(|part| part.took).sum(),
        };
        cases.push(case);
    }

    pub(super) fn not_run(&self, id: &'static str, flow: &'static str, reason: &str) {
        self.cases.lock().push(CaseResult {
            id,
            flow,
            outcome: StepOutcome::NotRun,
            reason: Some(reason.to_owned()),
            observed: vec![],
            request_ids: vec![],
            callback_ids: vec![],
            took: Duration::ZERO,
        });
    }

    pub(super) fn report(self) -> Report {
        let cases = self.cases.into_inner();
        Report { started_at: self.started_at, finished_at: clock::now(), cases }
    }

    /// Current length of the journal: later entries belong to what follows.
    pub(super) fn now(&self) -> usize {
        self.sandbox.journal().snapshot().len()
    }
}

/// The REQUEST-IDs of one direction, each once; calls for sessions and keys are left out.
fn ids(entries: &[Arc<Entry>], direction: Direction) -> Vec<String> {
    let mut seen = BTreeSet::new();
    entries
        .iter()
        .filter(|entry| entry.direction == direction)
        .filter(|entry| !matches!(entry.operation, Some(Operation::Session | Operation::Certs)))
        .filter_map(|entry| entry.request_id.clone())
        .filter(|id| seen.insert(id.clone()))
        .collect()
}
