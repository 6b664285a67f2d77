//! Erasure and retention.

use std::path::PathBuf;

use chrono::TimeDelta;
use hip_commands::accountability::erasure::{OnOptOut, Policy, Records, RetentionClass};
use serde::Deserialize;

/// `[erasure]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ErasureSection {
    /// What happens when a patient deletes their ABHA.
    pub on_opt_out: OptOut,
    /// Days after which the key of a message that was never matched to a patient is destroyed; 0 keeps it.
    pub unclaimed_messages_days: u16,
    /// File outside the database to which each erasure is written before the keys are destroyed.
    pub journal: Option<PathBuf>,
}

impl Default for ErasureSection {
    fn default() -> Self {
        Self { on_opt_out: OptOut::default(), unclaimed_messages_days: 90, journal: None }
    }
}

/// What happens when a patient deletes their ABHA.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptOut {
    /// Sharing stops; the facility's records stay.
    #[default]
    StopSharing,
    /// The patient is erased, unless a retention class applies.
    Erase,
}

/// `[[retention]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionSection {
    /// Name of the class.
    pub class: String,
    /// The records that it covers.
    pub applies_to: KeptRecords,
    /// Days to keep them: after the last visit, the end of the last consent, or the last disclosure.
    pub keep_for_days: u32,
    /// The law or purpose. It is given as the reason when an erasure is refused.
    pub legal_ground: String,
}

/// The records that a retention class covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeptRecords {
    /// Visits of the patient.
    Visits,
    /// Consents of the patient.
    Consents,
    /// Disclosures of the patient's data.
    Disclosures,
}

/// Builds the policy from the sections.
pub(super) fn policy(section: &ErasureSection, retention: &[RetentionSection]) -> Policy {
    Policy {
        on_opt_out: match section.on_opt_out {
            OptOut::StopSharing => OnOptOut::StopSharing,
            OptOut::Erase => OnOptOut::Erase,
        },
        retention: retention.iter().map(RetentionSection::class).collect(),
    }
}

impl RetentionSection {
    fn class(&self) -> RetentionClass {
        RetentionClass {
            class: self.class.clone(),
            applies_to: match self.applies_to {
                KeptRecords::Visits => Records::Visits,
                KeptRecords::Consents => Records::Consents,
                KeptRecords::Disclosures => Records::Disclosures,
            },
            keep: TimeDelta::days(self.keep_for_days.into()),
            legal_ground: self.legal_ground.clone(),
        }
    }
}
