//! How the log is sealed.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::postgres::seals::SealPace;

/// `[seals]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SealsSection {
    /// File of the key that signs, when `HIP_SEAL_KEY` is not set; made when it is missing.
    pub key_file: Option<PathBuf>,
    /// File that every seal is added to.
    pub publish: Option<PathBuf>,
    /// Events under one seal, at most.
    pub events_max: u16,
    /// Seconds between two seals of a log that grows slowly.
    pub interval_s: u16,
}

impl Default for SealsSection {
    fn default() -> Self {
        Self { key_file: None, publish: None, events_max: 1_000, interval_s: 60 }
    }
}

impl SealsSection {
    /// When a seal is made.
    pub fn pace(&self) -> SealPace {
        SealPace {
            event_count_max: i64::from(self.events_max.max(1)),
            interval: Duration::from_secs(self.interval_s.into()),
        }
    }
}
