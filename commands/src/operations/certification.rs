//! NHA's certification for milestone M2: what of its cases the log proves.
//!
//! [`Ledger`] reads the log and notes what it sees of the network's flows, [`manifest`] decides each case
//! of the [`CATALOGUE`] by that alone. No key is needed: nothing confidential is opened, and nothing
//! confidential is in the manifest.
//!
//! A case passes on the callback or the answer that proves it, never on a 202 to a question. What was
//! tried and came out otherwise has failed; what nobody tried was not run.

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

/// The manifest's name for this milestone.
const SKILL: &str = "abdm-m2";

/// The list that the ids of the cases are from.
const SET: &str = "M2 Building HIP, NHA, August 2022 sheet";

/// Whose run it was. The log does not say this; the configuration and the operator do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// What kind of applicant, such as `private` or `government`.
    pub kind: String,
    /// The service id of the facility.
    pub hip_id: String,
    /// Where the gateway reaches us.
    pub callback_url: String,
    /// The bridge's client id.
    pub client_id: String,
}

/// NHA's evidence manifest. Members are in its order and have its names.
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
    /// In the order of the catalogue, every case once.
    pub cases: Vec<Decided>,
}

/// Files that a human made of what a screen showed, by the id of the case.
pub type Attachments = BTreeMap<String, String>;

/// The manifest of what `ledger` has read. Without a single event in it, the run has lasted no time.
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
    /// The three lines that NHA wants below: how many came out how, which mandatory cases did not pass,
    /// and which one to look at first.
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
