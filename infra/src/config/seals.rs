//! Settings of the seals of the log.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::postgres::seals::SealPace;

/// `[seals]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SealsSection {
    /// File of the signing key, if `HIP_SEAL_KEY` is not set. Created if missing.
    pub key_file: Option<PathBuf>,
    /// File to which every seal is appended.
    pub publish: Option<PathBuf>,
    /// Maximum number of events in one seal.
    pub events_max: u16,
    /// Seconds between two seals while the log grows slowly.
    pub interval_s: u16,
}

impl Default for SealsSection {
    fn default() -> Self {
        Self { key_file: None, publish: None, events_max: 1_000, interval_s: 60 }
    }
}

impl SealsSection {
    /// The conditions under which a seal is made.
    pub fn pace(&self) -> SealPace {
        SealPace {
            event_count_max: i64::from(self.events_max.max(1)),
            interval: Duration::from_secs(self.interval_s.into()),
        }
    }
}
