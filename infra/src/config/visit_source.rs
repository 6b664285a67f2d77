//! `[[visit_source]]`: a source from which visits are fetched.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Deserialize;

use super::ConfigError;
use crate::http::visit_records::Method;
use crate::visit_trigger::OWN_TABLE;

/// `[[visit_source]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitSourceSection {
    /// Name in the environment, in jobs and in messages. A stored name never changes.
    pub name: String,
    /// The trigger table. If it is in our own database, it is created there.
    pub table: Option<String>,
    /// A table with the columns `VisitCode` and `AbdmFacilityID`.
    pub facility_table: Option<String>,
    /// URL of a document; `{visitCode}` stands for the visit code.
    pub visit_url: String,
    /// HTTP method of the request.
    #[serde(default)]
    pub method: Method,
    /// Whether `visit_url` may be http on another machine.
    #[serde(default)]
    pub plain_http: bool,
    /// Seconds between two polls of the table.
    #[serde(default = "a_minute")]
    pub poll_s: u64,
    /// Days after its date for which a visit is considered, counted from the last poll; 0 means no limit.
    #[serde(default)]
    pub lookback_days: u32,
    /// Rows read at a time.
    #[serde(default = "five_hundred")]
    pub batch: u32,
    /// Maximum number of fetches of a visit; then an operator may retry it.
    #[serde(default = "twenty")]
    pub attempts_max: u32,
}

const fn a_minute() -> u64 {
    60
}

const fn five_hundred() -> u32 {
    500
}

const fn twenty() -> u32 {
    20
}

/// AMRIT's name of the table.
const FOREIGN_TABLE: &str = "ndhm_trigger_visit_data";

const SECONDS_PER_DAY: u64 = 86_400;

impl VisitSourceSection {
    /// Name of the trigger table, in our own database or in another.
    pub fn table(&self, is_own: bool) -> &str {
        self.table.as_deref().unwrap_or(if is_own { OWN_TABLE } else { FOREIGN_TABLE })
    }

    /// Maximum age of a visit while the table is polled without a pause.
    pub fn lookback(&self) -> Option<Duration> {
        let days = u64::from(self.lookback_days);
        (days > 0).then(|| Duration::from_secs(days * SECONDS_PER_DAY))
    }

    /// Suffix of its environment variables.
    pub fn variable_suffix(&self) -> String {
        self.name.to_ascii_uppercase().replace('-', "_")
    }
}

/// Checks that names are short and unique, also in the environment.
pub(super) fn check(sections: &[VisitSourceSection]) -> Result<(), ConfigError> {
    let is_name = |name: &str| {
        (1..=32).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let names: BTreeSet<&str> = sections.iter().map(|section| section.name.as_str()).collect();
    if names.len() < sections.len() || !names.into_iter().all(is_name) {
        return Err(ConfigError::VisitSourceName);
    }
    if sections.iter().any(|section| section.batch == 0 || section.poll_s == 0) {
        return Err(ConfigError::VisitSourcePace);
    }
    Ok(())
}
