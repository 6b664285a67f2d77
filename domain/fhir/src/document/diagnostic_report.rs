//! What a laboratory or imaging found: profile `DiagnosticReportRecord`.
//!
//! The profile has room for one report, so a visit with three tests yields three documents.

use super::draft::{Draft, Item, Kind, OneOfMany, TypeConcept};
use super::keys::Keys;
use super::section::{self, SectionHead, imaging, laboratory};
use super::source::Source;
use super::{Built, Document, SkipReason};
use crate::hi_type::HiType;
use crate::model::profile;

static KIND: Kind = Kind {
    hi_type: HiType::DiagnosticReport,
    profile: profile::DIAGNOSTIC_REPORT_RECORD,
    type_concept: TypeConcept::Coded("721981007", "Diagnostic studies report"),
    title: "Diagnostic Report",
};

static LABORATORY: SectionHead =
    SectionHead { title: "Laboratory report", code: Some(("4241000179101", "Laboratory report")) };

static IMAGING: SectionHead =
    SectionHead { title: "Imaging report", code: Some(("4201000179104", "Imaging report")) };

pub(super) fn build(source: &Source<'_>) -> Built {
    let mut keys = Keys::default();
    let mut documents = vec![];
    for (index, test) in source.visit.lab_tests.iter().enumerate() {
        if test.has_results() {
            let title = format!("{}: {}", LABORATORY.title, test.procedure_name);
            let one = OneOfMany { key: keys.numbered("lab", test.procedure_id), title };
            let mut draft = Draft::one(&KIND, one, source);
            let report = laboratory::report(&mut draft, index, test);
            documents.push(finish(draft, &LABORATORY, report));
        }
    }
    for (index, report) in source.visit.imaging_reports.iter().enumerate() {
        if let Some(image) = &report.image {
            let title = format!("{}: {}", IMAGING.title, report.name);
            let one = OneOfMany { key: keys.digested("imaging", &report.name), title };
            let mut draft = Draft::one(&KIND, one, source);
            let report = imaging::report(&mut draft, index, report, image);
            documents.push(finish(draft, &IMAGING, report));
        }
    }
    if documents.is_empty() { Err(SkipReason::NoReport) } else { Ok(documents) }
}

fn finish<'a>(draft: Draft<'a>, head: &SectionHead, report: Item<'a>) -> Document {
    let sections = section::one(head, vec![report]);
    draft.finish(sections.into_iter().collect())
}
