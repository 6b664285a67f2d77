//! Report of the verdicts that differ.

use serde::Serialize;

use super::known;
use super::mutate::{Kind, Mutant};
use crate::dev::bench::goal::{Bound, Goal};
use crate::output::print_line;

/// The validator that rejects a document that the other one accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
enum RefusedBy {
    Hapi,
    Hip,
}

/// Maximum number of errors reported for one document.
const ERRORS_MAX: usize = 5;

/// A document on which the validators differ.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Disagreement {
    refused_by: RefusedBy,
    /// The row of the table that explains it. `None` if no row does.
    known: Option<&'static str>,
    edit: Kind,
    document: String,
    pointer: String,
    errors: Vec<String>,
}

impl Disagreement {
    /// One of the two lists of errors is empty.
    pub(super) fn new(mutant: Mutant, own: Vec<String>, hapi: Vec<String>) -> Self {
        let Mutant { kind: edit, base: document, pointer, json: _ } = mutant;
        let known = known::kind(&hapi);
        let (refused_by, mut errors) =
            if own.is_empty() { (RefusedBy::Hapi, hapi) } else { (RefusedBy::Hip, own) };
        errors.truncate(ERRORS_MAX);
        Self { refused_by, known, edit, document, pointer, errors }
    }

    fn is_unexplained_accept(&self) -> bool {
        self.refused_by == RefusedBy::Hapi && self.known.is_none()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    seed: u64,
    count: u32,
    document_count: usize,
    /// Number of documents that at least one validator rejects before any edit.
    passed_over_count: usize,
    pub(super) disagreements: Vec<Disagreement>,
}

impl Report {
    pub(super) fn new(seed: u64, count: u32, documents: usize, passed_over: usize) -> Self {
        Self {
            seed,
            count,
            document_count: documents,
            passed_over_count: passed_over,
            disagreements: vec![],
        }
    }

    pub(super) fn goals(&self) -> Vec<Goal> {
        let differ = u32::try_from(self.disagreements.len()).unwrap_or(u32::MAX);
        let agreement = 100.0 * (1.0 - f64::from(differ) / f64::from(self.count));
        let accepts = self.disagreements.iter().filter(|one| one.is_unexplained_accept()).count();
        let accepts = f64::from(u32::try_from(accepts).unwrap_or(u32::MAX));
        vec![
            Goal::new("H1", "verdicts that agree, in %", Bound::AtLeast(99.5), Some(agreement)),
            Goal::new(
                "H2",
                "accepted by hip alone, not in the table",
                Bound::AtMost(0.0),
                Some(accepts),
            ),
        ]
    }

    pub(super) fn print(&self) {
        for one in &self.disagreements {
            let who = match one.refused_by {
                RefusedBy::Hapi => "refused by HAPI alone",
                RefusedBy::Hip => "refused by hip alone",
            };
            let known = one.known.map(|known| format!(" ({known})")).unwrap_or_default();
            print_line(&format!(
                "{who}{known}: {:?} at {} in {}",
                one.edit, one.pointer, one.document
            ));
            one.errors.iter().for_each(|error| print_line(&format!("    {error}")));
        }
        let Self { seed, count, document_count, passed_over_count, disagreements } = self;
        let by = |who| disagreements.iter().filter(|one| one.refused_by == who).count();
        print_line(&format!(
            "seed {seed}: {count} edits of {document_count} documents ({passed_over_count} passed over), \
             {} verdicts differ: {} refused by HAPI alone, {} by hip alone",
            disagreements.len(),
            by(RefusedBy::Hapi),
            by(RefusedBy::Hip),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disagreement(own: &[&str], hapi: &[&str]) -> Disagreement {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let mutant = Mutant {
            kind: Kind::Dropped,
            base: "a".to_owned(),
            pointer: "/a".to_owned(),
            json: "{}".to_owned(),
        };
        Disagreement::new(mutant, texts(own), texts(hapi))
    }

    #[test]
    fn an_accept_is_explained_by_the_table_or_counts() {
        let mut report = Report::new(1, 1000, 1, 0);
        report.disagreements.push(disagreement(&["error"], &[]));
        report.disagreements.push(disagreement(&[], &["a | Unknown code 'a#null'"]));
        assert!(report.goals().iter().all(Goal::is_met));
        report.disagreements.push(disagreement(&[], &["a | Something"]));
        let met: Vec<_> = report.goals().iter().map(Goal::is_met).collect();
        assert_eq!(met, [true, false]);
        report.disagreements.extend((0..3).map(|_| disagreement(&["error"], &[])));
        assert_eq!(report.goals().iter().map(Goal::is_met).collect::<Vec<_>>(), [false, false]);
    }
}
