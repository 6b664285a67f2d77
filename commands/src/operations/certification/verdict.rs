//! The result of a test case.

use serde::Serialize;

use super::catalogue::{Case, Way};
use super::check::Check;
use super::ledger::Ledger;

/// The result of a test case. The names are NHA's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CaseOutcome {
    /// Everything that the case requires was seen.
    Passed,
    /// It was tried, with another result.
    Failed,
    /// A person must check it.
    NeedsHuman,
    /// Nobody tried it.
    NotRun,
}

impl CaseOutcome {
    /// NHA's name for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NeedsHuman => "needs-human",
            Self::NotRun => "not-run",
        }
    }
}

/// The kind of evidence. The names are NHA's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// Calls and callbacks in the log.
    Sandbox,
    /// A screenshot.
    Screen,
    /// The statement of a person.
    Human,
}

/// A test case in the manifest, with NHA's member names in NHA's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// NHA's id.
    pub id: &'static str,
    /// The result.
    pub outcome: CaseOutcome,
    /// The kind of evidence; `None` if the case was not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Proof>,
    /// The `REQUEST-ID`s of our calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_ids: Option<Vec<String>>,
    /// The observed replies and callbacks, as short texts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub observed: Vec<String>,
    /// The file with the screenshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachment: Option<String>,
    /// NHA's rule that the screenshot is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
    /// Why it needs a person, or why it was not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Decided {
    /// The result that `ledger` and a screenshot prove.
    pub(super) fn of(case: &Case, ledger: &Ledger, attachment: Option<&String>) -> Self {
        match case.way {
            Way::NoOperation => Self::not_run(case, "no operation in the M2 specification"),
            Way::Screen { rule, wanted, beside } => {
                Self::on_a_screen(case, ledger, attachment, rule, wanted, beside)
            }
            Way::Log { flow, also } => Self::in_the_log(case, ledger, flow, also),
        }
    }

    /// Why it has not passed.
    pub fn why(&self) -> &str {
        let failed = || self.observed.last().map(String::as_str);
        self.reason.as_deref().or_else(failed).unwrap_or("see what was observed")
    }

    fn new(case: &Case, outcome: CaseOutcome) -> Self {
        Self {
            id: case.id,
            outcome,
            evidence: None,
            request_ids: None,
            observed: vec![],
            attachment: None,
            rule: None,
            reason: None,
        }
    }

    fn not_run(case: &Case, reason: impl Into<String>) -> Self {
        Self { reason: Some(reason.into()), ..Self::new(case, CaseOutcome::NotRun) }
    }

    fn on_a_screen(
        case: &Case,
        ledger: &Ledger,
        attachment: Option<&String>,
        rule: Option<&'static str>,
        wanted: &'static str,
        beside: &[Check],
    ) -> Self {
        let (request_ids, observed) = seen(ledger, beside);
        let (outcome, evidence, reason) = match attachment {
            Some(_) => (CaseOutcome::Passed, Proof::Screen, None),
            None => (CaseOutcome::NeedsHuman, Proof::Human, Some(format!("wanted: {wanted}"))),
        };
        Self {
            evidence: Some(evidence),
            request_ids: Some(request_ids),
            observed,
            attachment: attachment.cloned(),
            rule,
            reason,
            ..Self::new(case, outcome)
        }
    }

    fn in_the_log(case: &Case, ledger: &Ledger, flow: &[Check], also: &[Check]) -> Self {
        let wanted: Vec<Check> = flow.iter().chain(also).copied().collect();
        let missing = || wanted.iter().copied().filter(|one| ledger.seen(*one).is_none());
        let failures: Vec<String> = missing()
            .filter(|one| ledger.is_tried(*one))
            .map(|one| ledger.failure_text(one))
            .collect();
        if failures.is_empty() && missing().next().is_some() {
            let untried: Vec<&str> = missing().map(Check::untried).collect();
            return Self::not_run(case, format!("not tried: {}", untried.join("; ")));
        }
        let (request_ids, mut observed) = seen(ledger, &wanted);
        let outcome = if failures.is_empty() { CaseOutcome::Passed } else { CaseOutcome::Failed };
        observed.extend(failures);
        Self {
            evidence: Some(Proof::Sandbox),
            request_ids: Some(request_ids),
            observed,
            ..Self::new(case, outcome)
        }
    }
}

/// The request ids without duplicates, and the descriptions, of the checks that were seen.
fn seen(ledger: &Ledger, wanted: &[Check]) -> (Vec<String>, Vec<String>) {
    let (mut request_ids, mut observed) = (vec![], vec![]);
    for seen in wanted.iter().filter_map(|one| ledger.seen(*one)) {
        for id in &seen.request_ids {
            if !request_ids.contains(id) {
                request_ids.push(id.clone());
            }
        }
        observed.push(match seen.count {
            1 => seen.words.clone(),
            count => format!("{} ({count} times)", seen.words),
        });
    }
    (request_ids, observed)
}
