//! `[[visit_source]]`: where visits are fetched from.

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
    /// Names it: in the environment, in the jobs, in messages. A stored name never changes.
    pub name: String,
    /// The table of triggers; when it is in our own database, the one that is made there.
    pub table: Option<String>,
    /// A table with the columns `VisitCode` and `AbdmFacilityID`.
    pub facility_table: Option<String>,
    /// Where a document is; `{visitCode}` stands for the visit's code.
    pub visit_url: String,
    /// How it is asked for.
    #[serde(default)]
    pub method: Method,
    /// Whether `visit_url` may be http on another machine.
    #[serde(default)]
    pub plain_http: bool,
    /// Seconds between two looks at the table.
    #[serde(default = "a_minute")]
    pub poll_s: u64,
    /// Days for which a visit is looked for after its date, counted from the last look; 0, always.
    #[serde(default)]
    pub lookback_days: u32,
    /// Rows that are read at a time.
    #[serde(default = "five_hundred")]
    pub batch: u32,
    /// Fetches after which a visit is given up; an operator may have it tried again.
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

/// AMRIT's own name for it.
const FOREIGN_TABLE: &str = "ndhm_trigger_visit_data";

const SECONDS_PER_DAY: u64 = 86_400;

impl VisitSourceSection {
    /// The table of triggers, in our own database or in another.
    pub fn table(&self, is_own: bool) -> &str {
        self.table.as_deref().unwrap_or(if is_own { OWN_TABLE } else { FOREIGN_TABLE })
    }

    /// How old a visit may be at most when the table is looked at without a pause.
    pub fn lookback(&self) -> Option<Duration> {
        let days = u64::from(self.lookback_days);
        (days > 0).then(|| Duration::from_secs(days * SECONDS_PER_DAY))
    }

    /// What its variables in the environment end with.
    pub fn variable_suffix(&self) -> String {
        self.name.to_ascii_uppercase().replace('-', "_")
    }
}

/// Names are short and differ, also in the environment.
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
