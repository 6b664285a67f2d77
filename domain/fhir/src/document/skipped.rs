//! Why a document is not there.

use std::fmt;

use serde::Serialize;

use crate::hi_type::HiType;

/// A kind of document that was not built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Skipped {
    /// Which kind.
    pub hi_type: HiType,
    /// Why it was not built.
    pub reason: SkipReason,
}

/// Why a document was not built; prints as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SkipReason {
    /// Consultation notes are written for general outpatient visits only.
    NotGeneralOutpatient,
    /// No section would have an entry, and the guide wants at least one section.
    NothingRecorded,
    /// No medicine was ordered.
    NothingPrescribed,
    /// No test has a result, and no imaging report has a picture.
    NoReport,
    /// Nothing was measured on the body.
    NothingMeasured,
    /// No vaccine dose was given or is due.
    NoDose,
    /// No paper came with the visit.
    NoPaper,
    /// There is no bill.
    NoInvoice,
    /// The operator wants discharge summaries of stays only, and this was none.
    NotAdmitted,
    /// The patient is admitted and no discharge is recorded.
    StillAdmitted,
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotGeneralOutpatient => "the visit category is not General OPD",
            Self::NothingRecorded => "the visit has no content for any section",
            Self::NothingPrescribed => "the visit has no prescriptions",
            Self::NoReport => "the visit has no test result and no imaging report with a picture",
            Self::NothingMeasured => "the visit has no vitals",
            Self::NoDose => "the visit has no vaccine dose that was given or is due",
            Self::NoPaper => "the visit has no scanned document",
            Self::NoInvoice => "the visit has no invoice",
            Self::NotAdmitted => "the visit has no admission",
            Self::StillAdmitted => "the patient is admitted and no discharge is recorded",
        })
    }
}
