//! A paper: profile `HealthDocumentRecord`. One document each.

use super::draft::{Draft, Item, Kind, OneOfMany, TypeConcept};
use super::keys::Keys;
use super::section::{self, SectionHead, papers};
use super::source::Source;
use super::{Built, Document, SkipReason};
use crate::hi_type::HiType;
use crate::model::profile;

static KIND: Kind = Kind {
    hi_type: HiType::HealthDocumentRecord,
    profile: profile::HEALTH_DOCUMENT_RECORD,
    type_concept: TypeConcept::Coded("419891008", "Record artifact"),
    title: "Health Document",
};

/// The profile wants exactly one section.
static SECTION: SectionHead =
    SectionHead { title: "Health Document", code: Some(("419891008", "Record artifact")) };

pub(super) fn build(source: &Source<'_>) -> Built {
    let mut keys = Keys::default();
    let mut documents = vec![];
    for scan in &source.visit.documents {
        let one = OneOfMany { key: keys.digested("scan", &scan.data), title: scan.title.clone() };
        let mut draft = Draft::one(&KIND, one, source);
        let paper = papers::scan(&mut draft, scan);
        documents.push(finish(draft, paper));
    }
    for report in source.visit.imaging_reports.iter().filter(|report| report.image.is_none()) {
        let title = format!("Imaging report: {}", report.name);
        let one = OneOfMany { key: keys.digested("imaging", &report.name), title };
        let mut draft = Draft::one(&KIND, one, source);
        let paper = papers::written_report(&mut draft, report);
        documents.push(finish(draft, paper));
    }
    if documents.is_empty() { Err(SkipReason::NoPaper) } else { Ok(documents) }
}

fn finish<'a>(draft: Draft<'a>, paper: Item<'a>) -> Document {
    let sections = section::one(&SECTION, vec![paper]);
    draft.finish(sections.into_iter().collect())
}
