//! What a check has to say.

use std::fmt;

use serde::Serialize;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Information,
    /// Allowed, and probably not meant.
    Warning,
    /// The bundle is not a valid document and must not be shared.
    Error,
}

impl Severity {
    /// The name in FHIR's `issue-severity`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Information => "information",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing that was found. It never repeats personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// Where, as `FHIRPath`: `Bundle.entry[3].resource.subject`. For rule `left-out` it is a field of
    /// the visit document instead.
    pub path: String,
    /// A short stable name: an invariant of R4 such as `bdl-11`, or a word such as `full-url`.
    pub rule: &'static str,
    /// For the person who has to mend it.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { severity, path, rule, message } = self;
        write!(f, "{}: {path}: {message} ({rule})", severity.as_str())
    }
}

/// Findings beyond this number are not collected.
pub const FINDINGS_MAX: usize = 200;

#[derive(Default)]
pub(super) struct Report(Vec<Finding>);

impl Report {
    pub(super) fn error(
        &mut self,
        rule: &'static str,
        path: impl fmt::Display,
        message: impl Into<String>,
    ) {
        self.add(Severity::Error, rule, path, message);
    }

    pub(super) fn warning(
        &mut self,
        rule: &'static str,
        path: impl fmt::Display,
        message: impl Into<String>,
    ) {
        self.add(Severity::Warning, rule, path, message);
    }

    fn add(
        &mut self,
        severity: Severity,
        rule: &'static str,
        path: impl fmt::Display,
        message: impl Into<String>,
    ) {
        if self.0.len() < FINDINGS_MAX {
            let (path, message) = (path.to_string(), message.into());
            self.0.push(Finding { severity, path, rule, message });
        }
    }

    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.0
    }
}
