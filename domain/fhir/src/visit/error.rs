//! What is wrong with a visit document, and where.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::path::Path;

/// The kind of rule that a visit document broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Rule {
    /// The bytes are not JSON, or a number is too large to be read at all.
    Syntax,
    /// A limit of the whole document, a text or an attachment is exceeded.
    Size,
    /// Lists and objects are nested too deep.
    Depth,
    /// An object names the same field twice.
    Duplicate,
    /// A mandatory field is missing.
    Required,
    /// The schema knows no such field.
    Unknown,
    /// The wrong JSON type.
    Type,
    /// The text does not have the expected shape.
    Pattern,
    /// Not one of the allowed values.
    Enum,
    /// Too short, empty or blank.
    MinLength,
    /// An empty list.
    MinItems,
    /// The text has the right shape and still cannot be read: no such day, no such zone, not base64.
    Format,
    /// A number or a time outside what is possible.
    Range,
}

impl Rule {
    /// The name used in the JSON form, such as `minLength`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Size => "size",
            Self::Depth => "depth",
            Self::Duplicate => "duplicate",
            Self::Required => "required",
            Self::Unknown => "unknown",
            Self::Type => "type",
            Self::Pattern => "pattern",
            Self::Enum => "enum",
            Self::MinLength => "minLength",
            Self::MinItems => "minItems",
            Self::Format => "format",
            Self::Range => "range",
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VisitError {
    /// The field, as `prescriptions[2].genericName`; empty when it is the document itself.
    ///
    /// Names that the sender made up are cut at 64 characters.
    pub path: String,
    /// Which rule.
    pub rule: Rule,
    /// What is expected there; never what was found.
    pub message: String,
}

impl fmt::Display for VisitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.path.is_empty() { "document" } else { &self.path };
        write!(f, "{place}: {} ({})", self.message, self.rule.as_str())
    }
}

/// Everything that is wrong with a visit document, sorted by path; never empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VisitErrors(Vec<VisitError>);

impl VisitErrors {
    /// How many errors are kept: enough to mend an export, few enough to read.
    pub const MAX: usize = 50;

    pub(super) fn one(path: &Path, rule: Rule, message: impl Into<String>) -> Self {
        Self(vec![VisitError { path: path.to_string(), rule, message: message.into() }])
    }

    /// The errors.
    pub fn as_slice(&self) -> &[VisitError] {
        &self.0
    }

    /// The errors, one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, VisitError> {
        self.0.iter()
    }
}

impl IntoIterator for VisitErrors {
    type Item = VisitError;
    type IntoIter = std::vec::IntoIter<VisitError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a VisitErrors {
    type Item = &'a VisitError;
    type IntoIter = std::slice::Iter<'a, VisitError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for VisitErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the visit document is not accepted")?;
        self.0.iter().try_for_each(|error| write!(f, "; {error}"))
    }
}

impl std::error::Error for VisitErrors {}

/// Errors while they are collected: one per place, the first rule wins.
///
/// A place that breaks a pattern usually breaks its format too; saying it once is enough.
#[derive(Default)]
pub(super) struct Found(BTreeMap<Path, (Rule, String)>);

/// Collecting stops here, well above [`VisitErrors::MAX`], so that a hostile document stays cheap and an
/// honest one is sorted whole.
const COLLECTED_MAX: usize = 1_000;

impl Found {
    pub(super) fn add(&mut self, path: Path, rule: Rule, message: impl Into<String>) {
        if !self.is_full() {
            self.0.entry(path).or_insert_with(|| (rule, message.into()));
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.0.len() >= COLLECTED_MAX
    }

    pub(super) fn into_result(self) -> Result<(), VisitErrors> {
        if self.0.is_empty() {
            return Ok(());
        }
        let errors = self.0.into_iter().take(VisitErrors::MAX);
        Err(VisitErrors(
            errors
                .map(|(path, (rule, message))| VisitError { path: path.to_string(), rule, message })
                .collect(),
        ))
    }
}
