//! The kinds of work that are measured, and their input.

use std::hint::black_box;
use std::time::{Duration, Instant};

use abdm_fhir::validate::{ValidateOptions, Validator};
use abdm_fhir::visit::VisitDocument;
use abdm_fhir::{BuildContext, BuildPolicy, DischargeRule, Documents, HiType, Rules, documents_by};
use anyhow::Context;
use chrono::DateTime;
use hip_commands::visits::visit_revision::context;
use serde_json::Value;

use super::Part;

/// A consultation with complaints, diagnoses, allergies, histories, orders and more.
const CONSULTATION: &str = include_str!("consultation.json");

/// A stay whose discharge summary has nineteen entries.
const STAY: &str = include_str!("stay.json");

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// From the text of a visit to its checked and serialized document.
    Build,
    /// Write the same document as JSON, from values in memory.
    Write,
    /// Check a discharge summary.
    Validate,
    /// Read the same text into JSON values.
    Read,
}

impl Work {
    pub(super) const ALL: [Self; 4] = [Self::Build, Self::Write, Self::Validate, Self::Read];

    pub(super) const fn part(self) -> Part {
        match self {
            Self::Build | Self::Write => Part::Build,
            Self::Validate | Self::Read => Part::Validate,
        }
    }
}

/// The input of the work.
pub(super) struct Workload {
    context: BuildContext,
    consultation: Value,
    pub(super) consultation_entry_count: usize,
    pub(super) summary: String,
    pub(super) summary_entry_count: usize,
    validator: Validator<'static>,
}

impl Workload {
    pub(super) fn new() -> anyhow::Result<Self> {
        let stay = parse(STAY)?;
        let built = build(&stay, &context(&stay, 1, DateTime::UNIX_EPOCH)).built;
        let summary = built.into_iter().find(|one| one.hi_type == HiType::DischargeSummary);
        let summary = summary.context("the stay yields a discharge summary")?.json;
        let visit = parse(CONSULTATION)?;
        let context = context(&visit, 1, DateTime::UNIX_EPOCH);
        let built = build(&visit, &context).built;
        let [consultation] = built.as_slice() else {
            anyhow::bail!("the consultation yields {} documents", built.len());
        };
        let consultation: Value = serde_json::from_str(&consultation.json)?;
        Ok(Self {
            context,
            consultation_entry_count: entry_count(&consultation),
            consultation,
            summary_entry_count: entry_count(&serde_json::from_str(&summary)?),
            summary,
            validator: Validator::new(Rules::nrces()),
        })
    }

    /// The visit of the consultation, on one line.
    pub(super) fn visit() -> serde_json::Result<String> {
        let visit: Value = serde_json::from_str(CONSULTATION)?;
        serde_json::to_string(&visit)
    }

    pub(super) fn time(&mut self, work: Work) -> Duration {
        let summary = black_box(self.summary.as_str());
        match work {
            Work::Build => timed(|| {
                let visit = VisitDocument::parse(black_box(CONSULTATION).as_bytes());
                build(&visit.expect("it was parsed before"), &self.context)
            }),
            Work::Write => timed(|| serde_json::to_string(&self.consultation)),
            Work::Validate => {
                timed(|| self.validator.validate(summary.as_bytes(), &ValidateOptions::default()))
            }
            Work::Read => timed(|| serde_json::from_str::<Value>(summary)),
        }
    }
}

fn parse(text: &str) -> anyhow::Result<VisitDocument> {
    VisitDocument::parse(text.as_bytes())
        .map_err(|errors| anyhow::anyhow!("the bench's own visit is not valid: {errors:?}"))
}

fn build(visit: &VisitDocument, context: &BuildContext) -> Documents {
    let policy = BuildPolicy { discharge: DischargeRule::StaysOnly, ..BuildPolicy::default() };
    documents_by(visit, context, &policy)
}

fn entry_count(bundle: &Value) -> usize {
    bundle["entry"].as_array().map_or(0, Vec::len)
}

/// Returns the duration of the work. The result is dropped after the time was taken.
fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let begun_at = Instant::now();
    let result = black_box(work());
    let took = begun_at.elapsed();
    drop(result);
    took
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measured_documents_have_the_size_that_the_goals_name() {
        let mut workload = Workload::new().unwrap();
        assert!(workload.consultation_entry_count >= 15);
        assert_eq!(workload.summary_entry_count, 19);
        let summary = workload.summary.clone();
        let report = workload.validator.validate(summary.as_bytes(), &ValidateOptions::default());
        assert_eq!(report.findings, []);
    }
}
