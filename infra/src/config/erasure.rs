//! Who is erased, and what has to be kept.

use std::path::PathBuf;

use chrono::TimeDelta;
use hip_commands::accountability::erasure::{OnOptOut, Policy, Records, RetentionClass};
use serde::Deserialize;

/// `[erasure]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ErasureSection {
    /// What a deleted ABHA leads to.
    pub on_opt_out: OptOut,
    /// After how many days a message that is about nobody loses its key; 0 keeps it for ever.
    pub unclaimed_messages_days: u16,
    /// File outside the database in which each erasure is written down before the keys go.
    pub journal: Option<PathBuf>,
}

impl Default for ErasureSection {
    fn default() -> Self {
        Self { on_opt_out: OptOut::default(), unclaimed_messages_days: 90, journal: None }
    }
}

/// What a deleted ABHA leads to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptOut {
    /// Nothing is shared any more; the facility's records stay.
    #[default]
    StopSharing,
    /// The person is erased, unless something has to be kept.
    Erase,
}

/// `[[retention]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionSection {
    /// What the class is called.
    pub class: String,
    /// Which records.
    pub applies_to: KeptRecords,
    /// For how many days: after the last visit, the end of the last consent, the last disclosure.
    pub keep_for_days: u32,
    /// The law, or the purpose; it is the ground of a refusal.
    pub legal_ground: String,
}

/// Which records a class is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeptRecords {
    /// What somebody was treated for.
    Visits,
    /// What somebody has consented to.
    Consents,
    /// Who was shown what.
    Disclosures,
}

/// The policy that the sections make.
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
