//! NHA's certification for milestone M2: which test cases the log proves.
//!
//! [`Ledger`] reads the log and records what it finds of the network's flows. [`manifest`] decides each case of the
//! [`CATALOGUE`] from that. No key is used: sealed parts stay closed, and the manifest contains nothing confidential.
//!
//! A case passes if its callback or reply is in the log; a 202 response alone is not enough. A case that was tried
//! with another result has failed. A case that nobody tried was not run.

mod catalogue;
mod check;
mod ledger;
#[cfg(test)]
mod tests;
mod verdict;

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

pub use catalogue::{CATALOGUE, Case, is_case};
pub use ledger::Ledger;
pub use verdict::{CaseOutcome, Decided, Proof};

/// NHA's id of this milestone in the manifest.
const SKILL: &str = "abdm-m2";

/// The list in which the case ids are defined.
const SET: &str = "M2 Building HIP, NHA, August 2022 sheet";

/// The applicant. These values come from the configuration and the operator, not from the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// The kind of applicant, such as `private` or `government`.
    pub kind: String,
    /// The service id of the facility.
    pub hip_id: String,
    /// The callback URL of the bridge.
    pub callback_url: String,
    /// The client id of the bridge.
    pub client_id: String,
}

/// NHA's evidence manifest, with NHA's member names in NHA's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Manifest {
    skill: &'static str,
    set: &'static str,
    entity: String,
    hip_id: String,
    callback_url: String,
    #[serde(serialize_with = "in_seconds")]
    run_started: DateTime<Utc>,
    #[serde(serialize_with = "in_seconds")]
    run_finished: DateTime<Utc>,
    client_id: String,
    /// All cases, in the order of the catalogue.
    pub cases: Vec<Decided>,
}

/// Files with screenshots, by case id.
pub type Attachments = BTreeMap<String, String>;

/// The manifest of what `ledger` has read. If it read no event, the run has no duration.
pub fn manifest(entity: Entity, ledger: &Ledger, attachments: &Attachments) -> Manifest {
    let (run_started, run_finished) = ledger.period().unwrap_or_default();
    Manifest {
        skill: SKILL,
        set: SET,
        entity: entity.kind,
        hip_id: entity.hip_id,
        callback_url: entity.callback_url,
        run_started,
        run_finished,
        client_id: entity.client_id,
        cases: CATALOGUE
            .iter()
            .map(|case| Decided::of(case, ledger, attachments.get(case.id)))
            .collect(),
    }
}

impl Manifest {
    /// The three summary lines that NHA requires: the number of cases for each outcome, the mandatory cases that did
    /// not pass, and the case to look at first.
    pub fn summary(&self) -> [String; 3] {
        let count = |outcome| self.cases.iter().filter(|case| case.outcome == outcome).count();
        let counts = format!(
            "{} passed, {} failed, {} needs-human, {} not-run",
            count(CaseOutcome::Passed),
            count(CaseOutcome::Failed),
            count(CaseOutcome::NeedsHuman),
            count(CaseOutcome::NotRun)
        );
        let open = || {
            let mandatory = self.cases.iter().zip(CATALOGUE).filter(|(_, case)| case.is_mandatory);
            mandatory.map(|(decided, _)| decided).filter(|case| case.outcome != CaseOutcome::Passed)
        };
        let ids: Vec<&str> = open().map(|case| case.id).collect();
        let ids = if ids.is_empty() { "none".to_owned() } else { ids.join(", ") };
        let rank = |case: &&Decided| match case.outcome {
            CaseOutcome::Failed => 0,
            CaseOutcome::NotRun => 1,
            CaseOutcome::NeedsHuman | CaseOutcome::Passed => 2,
        };
        let first = open().min_by_key(rank).map_or_else(
            || "nothing to mend".to_owned(),
            |case| format!("{}: {}", case.id, case.why()),
        );
        [counts, format!("mandatory and not passed: {ids}"), format!("first: {first}")]
    }
}

fn in_seconds<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Secs, true))
}
