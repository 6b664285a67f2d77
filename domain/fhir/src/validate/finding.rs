//! What a validation has to say.

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

/// Who asks for what was not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// FHIR R4 or a profile.
    Fhir,
    /// Practice of the network, and the safety of patients; another validator may not report it.
    Policy,
    /// The builder of a document, about the visit that it was made from.
    Builder,
}

/// One thing that was found. It never repeats what the document says about a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// Where, as `FHIRPath`: `Bundle.entry[3].resource.subject`. For rule `left-out` it is a field of
    /// the visit document instead.
    pub path: String,
    /// A short stable name: an invariant of R4 such as `bdl-11`, or a word such as `full-url`.
    pub rule: &'static str,
    /// What is wrong, for the person who has to mend it.
    pub message: String,
    /// How to mend it; empty when the message says it all.
    pub mend: String,
    /// Who asks for it.
    pub layer: Layer,
}

impl Finding {
    /// The document is silent about a field of the visit.
    pub(crate) fn left_out(path: String, message: &str) -> Self {
        Self {
            severity: Severity::Warning,
            path,
            rule: "left-out",
            message: message.to_owned(),
            mend: String::new(),
            layer: Layer::Builder,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { severity, path, rule, message, mend, layer: _ } = self;
        write!(f, "{}: {path}: {message} ({rule})", severity.as_str())?;
        if mend.is_empty() { Ok(()) } else { write!(f, "; {mend}") }
    }
}
