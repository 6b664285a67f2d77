//! One result of a check.

use std::fmt;

use serde::Serialize;

/// One result of a check.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Check {
    /// Name of the check.
    pub(super) name: &'static str,
    pub(super) outcome: CheckResult,
    /// What was found.
    pub(super) what: String,
    /// What to do if the check failed.
    pub(super) cure: Option<String>,
}

/// Severity of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CheckResult {
    Ok,
    /// It works, but only for a limited time or for some.
    Warning,
    Failed,
}

impl Check {
    pub(super) fn ok(name: &'static str, what: impl Into<String>) -> Self {
        Self { name, outcome: CheckResult::Ok, what: what.into(), cure: None }
    }

    pub(super) fn warning(
        name: &'static str,
        what: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        let (what, cure) = (what.into(), Some(cure.into()));
        Self { name, outcome: CheckResult::Warning, what, cure }
    }

    pub(super) fn failed(
        name: &'static str,
        what: impl Into<String>,
        cure: impl Into<String>,
    ) -> Self {
        let (what, cure) = (what.into(), Some(cure.into()));
        Self { name, outcome: CheckResult::Failed, what, cure }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = match self.outcome {
            CheckResult::Ok => "ok",
            CheckResult::Warning => "warning",
            CheckResult::Failed => "failed",
        };
        write!(f, "{outcome:<8} {:<20} {}", self.name, self.what)?;
        match &self.cure {
            Some(cure) => write!(f, "; {cure}"),
            None => Ok(()),
        }
    }
}
