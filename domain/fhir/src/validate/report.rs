//! The findings of one validation.

use serde::Serialize;

use super::finding::{Finding, Layer, Severity};
use super::place::Place;

/// Findings of one severity beyond this number are not collected: nobody reads on, and each is held
/// against those before it.
pub const FINDINGS_MAX: usize = 200;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// In the order in which they were met.
    pub findings: Vec<Finding>,
    /// There was more than is listed.
    pub is_truncated: bool,
}

impl Report {
    /// Whether nothing weighs as an error.
    pub fn is_valid(&self) -> bool {
        self.errors().next().is_none()
    }

    /// The findings that make the document invalid.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }

    /// Adds a finding, unless the same is known already: two profiles often ask for the same.
    pub(super) fn add(&mut self, severity: Severity, layer: Layer, place: Place<'_>, note: Note) {
        let Note { rule, message, mend } = note;
        let alike = self.findings.iter().filter(|known| known.severity == severity);
        if alike.count() >= FINDINGS_MAX {
            self.is_truncated = true;
            return;
        }
        let path = place.to_string();
        if !self.findings.iter().any(|known| known.rule == rule && known.path == path) {
            self.findings.push(Finding { severity, path, rule, message, mend, layer });
        }
    }
}

/// A rule, and what to tell about it.
pub(super) struct Note {
    pub(super) rule: &'static str,
    pub(super) message: String,
    pub(super) mend: String,
}

impl Note {
    pub(super) fn new(
        rule: &'static str,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        Self { rule, message: message.into(), mend: mend.into() }
    }
}
