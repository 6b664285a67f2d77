//! What is odd in a visit document that is accepted all the same.
//!
//! A record system may be right about what looks wrong, so nothing here refuses a visit: its sender is
//! told. The visit itself is all that is looked at, so the warnings of a stored visit can be asked for
//! again.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))] // numbers and instants here come from outside

mod dates;
mod people;
mod sums;
mod vitals;
mod words;

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::visit::VisitDocument;

/// How many warnings are told of one visit.
pub const WARNINGS_MAX: usize = 50;

/// One thing that is odd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VisitWarning {
    /// The field, as `immunizations[2].receivedDate`.
    pub path: String,
    /// What is looked at.
    pub rule: WarningRule,
    /// What is odd. It repeats no value of the visit, apart from the sums of an invoice.
    pub text: String,
}

impl fmt::Display for VisitWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({})", self.path, self.text, self.rule.as_str())
    }
}

/// What a warning looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum WarningRule {
    /// The total of an invoice is not the sum of its lines.
    InvoiceTotal,
    /// The diastolic pressure is not below the systolic.
    BloodPressure,
    /// The body mass index does not follow from weight and height.
    BodyMassIndex,
    /// Something that was done lies in the future.
    Future,
    /// Something comes before what it follows from.
    TimeOrder,
    /// The age does not fit the date of birth.
    Age,
    /// A reference range ends below its start.
    Range,
    /// A unit code is no UCUM or contradicts the unit.
    Unit,
    /// A word that is not understood: no code is sent for it.
    UnknownWord,
    /// The bytes of an attachment are not of its media type.
    MediaType,
    /// The same person stands in a list twice.
    Duplicate,
}

impl WarningRule {
    /// The name used in the JSON form, such as `timeOrder`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvoiceTotal => "invoiceTotal",
            Self::BloodPressure => "bloodPressure",
            Self::BodyMassIndex => "bodyMassIndex",
            Self::Future => "future",
            Self::TimeOrder => "timeOrder",
            Self::Age => "age",
            Self::Range => "range",
            Self::Unit => "unit",
            Self::UnknownWord => "unknownWord",
            Self::MediaType => "mediaType",
            Self::Duplicate => "duplicate",
        }
    }
}

/// What is odd in `visit`, which was received at `now`: at most [`WARNINGS_MAX`].
///
/// The crate reads no clock. The same visit and moment give the same warnings.
pub fn warnings(visit: &VisitDocument, now: DateTime<Utc>) -> Vec<VisitWarning> {
    let mut found = Found(vec![]);
    dates::check(visit, now, &mut found);
    people::check(visit, &mut found);
    vitals::check(visit, &mut found);
    words::check(visit, &mut found);
    sums::check(visit, &mut found);
    found.0
}

struct Found(Vec<VisitWarning>);

impl Found {
    fn add(&mut self, path: impl Into<String>, rule: WarningRule, text: impl Into<String>) {
        if self.0.len() < WARNINGS_MAX {
            self.0.push(VisitWarning { path: path.into(), rule, text: text.into() });
        }
    }
}
