//! Results of a run, case by case.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::run::clock;

/// Result of one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepOutcome {
    /// The expected result was seen.
    Passed,
    /// The expected result was not seen, or another one was.
    Failed,
    /// Not run: see the reason.
    NotRun,
}

impl StepOutcome {
    /// `passed`, `failed` or `not-run`, as NHA's manifest spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotRun => "not-run",
        }
    }
}

/// Result of one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult {
    /// NHA's id in its spelling, or `X_…`.
    pub id: &'static str,
    /// The part of the contract to which it belongs.
    pub flow: &'static str,
    /// Whether it passed, failed or was not run.
    pub outcome: StepOutcome,
    /// Why it failed or was not run; `None` if it passed.
    pub reason: Option<String>,
    /// Short observations, without tokens, OTPs or records.
    pub observed: Vec<String>,
    /// The REQUEST-IDs that the HIP sent meanwhile, in order.
    pub request_ids: Vec<String>,
    /// The REQUEST-IDs of the callbacks to the HIP meanwhile, in order.
    pub callback_ids: Vec<String>,
    /// Duration of the case.
    pub took: Duration,
}

/// All cases of a run, in order.
#[derive(Clone, Debug)]
pub struct Report {
    /// Start of the run, in UTC.
    pub started_at: DateTime<Utc>,
    /// End of the run, in UTC.
    pub finished_at: DateTime<Utc>,
    /// The results, in the order in which the cases ran.
    pub cases: Vec<CaseResult>,
}

impl Report {
    /// The case with this id.
    pub fn case(&self, id: &str) -> Option<&CaseResult> {
        self.cases.iter().find(|case| case.id == id)
    }

    /// The cases with this outcome.
    pub fn with(&self, outcome: StepOutcome) -> impl Iterator<Item = &CaseResult> {
        self.cases.iter().filter(move |case| case.outcome == outcome)
    }

    /// Whether at least one case passed and none failed.
    pub fn is_passed(&self) -> bool {
        self.with(StepOutcome::Passed).next().is_some()
            && self.with(StepOutcome::Failed).next().is_none()
    }

    /// The report as JSON. Members that NHA's evidence manifest has too are named as there.
    pub fn to_json(&self) -> Value {
        let cases: Vec<Value> = self
            .cases
            .iter()
            .map(|case| {
                json!({
                    "id": case.id,
                    "flow": case.flow,
                    "outcome": case.outcome.as_str(),
                    "reason": case.reason,
                    "observed": case.observed,
                    "request_ids": case.request_ids,
                    "callback_ids": case.callback_ids,
                    "took_ms": u64::try_from(case.took.as_millis()).unwrap_or(u64::MAX),
                })
            })
            .collect();
        json!({
            "run_started": clock::wire(self.started_at),
            "run_finished": clock::wire(self.finished_at),
            "cases": cases,
        })
    }
}

impl fmt::Display for Report {
    /// A line for each case, with the observations below every failure; then the counts.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for case in &self.cases {
            let CaseResult { id, flow, outcome, .. } = case;
            write!(f, "{:<8} {id:<32} {flow:<16}", outcome.as_str())?;
            writeln!(f, " {}", case.reason.as_deref().unwrap_or_default())?;
            if *outcome == StepOutcome::Failed {
                for line in &case.observed {
                    writeln!(f, "           saw: {line}")?;
                }
            }
        }
        let count = |outcome| self.with(outcome).count();
        let (passed, failed) = (count(StepOutcome::Passed), count(StepOutcome::Failed));
        write!(f, "{passed} passed, {failed} failed, {} not run", count(StepOutcome::NotRun))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(id: &'static str, outcome: StepOutcome, reason: Option<&str>) -> CaseResult {
        CaseResult {
            id,
            flow: "linking",
            outcome,
            reason: reason.map(str::to_owned),
            observed: vec!["on-generate-token linkToken present".to_owned()],
            request_ids: vec![],
            callback_ids: vec![],
            took: Duration::ZERO,
        }
    }

    #[test]
    fn a_report_shows_what_was_seen_before_a_failure() {
        let at = DateTime::UNIX_EPOCH;
        let mut report = Report { started_at: at, finished_at: at, cases: vec![] };
        assert!(!report.is_passed());
        report.cases.push(case("HIP_INTI_LINK_503", StepOutcome::Passed, None));
        assert!(report.is_passed());
        report.cases.push(case("X_LINK", StepOutcome::Failed, Some("no callback")));
        assert!(!report.is_passed());
        let text = report.to_string();
        assert_eq!(text.matches("saw: on-generate-token").count(), 1);
        assert!(text.contains("no callback") && text.ends_with("1 passed, 1 failed, 0 not run"));
        assert_eq!(report.to_json()["cases"][0]["outcome"], "passed");
    }
}
