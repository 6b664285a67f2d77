//! Health information types: the kinds of document that a consent speaks of.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A health information type, spelled as ABDM spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum HiType {
    /// Note of an outpatient consultation.
    #[serde(rename = "OPConsultation")]
    OpConsultation,
    /// Medicines ordered.
    Prescription,
    /// A laboratory or imaging report.
    DiagnosticReport,
    /// Summary of a stay.
    DischargeSummary,
    /// Vaccine doses.
    ImmunizationRecord,
    /// A scanned paper.
    HealthDocumentRecord,
    /// Measures of the body and the way of life.
    WellnessRecord,
    /// A bill.
    Invoice,
}

impl HiType {
    /// All of them, in the order in which ABDM lists them.
    pub const ALL: [Self; 8] = [
        Self::OpConsultation,
        Self::Prescription,
        Self::DiagnosticReport,
        Self::DischargeSummary,
        Self::ImmunizationRecord,
        Self::HealthDocumentRecord,
        Self::WellnessRecord,
        Self::Invoice,
    ];

    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpConsultation => "OPConsultation",
            Self::Prescription => "Prescription",
            Self::DiagnosticReport => "DiagnosticReport",
            Self::DischargeSummary => "DischargeSummary",
            Self::ImmunizationRecord => "ImmunizationRecord",
            Self::HealthDocumentRecord => "HealthDocumentRecord",
            Self::WellnessRecord => "WellnessRecord",
            Self::Invoice => "Invoice",
        }
    }

    /// Reads a name in any case: peers write `OPCONSULTATION` as well.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for HiType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_in_any_case_and_written_as_abdm_spells_it() {
        for known in HiType::ALL {
            assert_eq!(HiType::parse(&known.as_str().to_uppercase()), Some(known));
            assert_eq!(serde_json::to_value(known).unwrap(), known.as_str());
        }
        assert_eq!(HiType::parse("opconsultation"), Some(HiType::OpConsultation));
        assert_eq!(HiType::parse("OP Consultation"), None);
    }
}
