//! Sections: one file per idea, each turning a part of the visit into resources.
//!
//! The files know nothing of the document they are used in; titles and codes are the document's.

pub(super) mod allergies;
pub(super) mod billing;
pub(super) mod care_plan;
pub(super) mod chief_complaints;
pub(super) mod diagnoses;
pub(super) mod family_history;
pub(super) mod follow_up;
pub(super) mod imaging;
pub(super) mod immunizations;
pub(super) mod investigation_advice;
pub(super) mod laboratory;
pub(super) mod medical_history;
pub(super) mod medications;
pub(super) mod papers;
pub(super) mod physical_examination;
pub(super) mod procedures;
pub(super) mod referral;

use super::draft::{Draft, Item};
use crate::model::datatype::{CodeableConcept, Coding};
use crate::model::narrative::Narrative;
use crate::model::resource::Section;
use crate::terminology::system;

/// What a section is called.
pub(super) struct SectionHead {
    pub(super) title: &'static str,
    /// SNOMED CT code and display, both fixed by the document's profile; two profiles tell sections
    /// apart by title, or have only one.
    pub(super) code: Option<(&'static str, &'static str)>,
}

/// A section of a kind of document.
pub(super) struct SectionKind {
    pub(super) head: SectionHead,
    pub(super) items: for<'a> fn(&mut Draft<'a>) -> Vec<Item<'a>>,
}

/// The sections that have something to say, in the order of `kinds`.
pub(super) fn all<'a>(kinds: &[SectionKind], draft: &mut Draft<'a>) -> Vec<Section<'a>> {
    kinds.iter().filter_map(|kind| one(&kind.head, (kind.items)(draft))).collect()
}

/// A section, unless it would be empty.
pub(super) fn one<'a>(head: &SectionHead, items: Vec<Item<'a>>) -> Option<Section<'a>> {
    if items.is_empty() {
        return None;
    }
    Some(Section {
        title: head.title,
        code: head.code.map(|(code, display)| {
            CodeableConcept::coded(Coding::new(system::SNOMED_CT, code, display))
        }),
        text: Narrative::list(items.iter().map(|item| item.line.as_str())),
        entry: items.into_iter().map(|item| item.reference).collect(),
    })
}

/// The coding of a code that the record may have, with the record's own words for a missing term:
/// the guide allows no coding without display.
fn coding<'a>(
    system: &'static str,
    code: Option<&'a String>,
    term: Option<&'a String>,
    words: &'a str,
) -> Option<Coding<'a>> {
    let display = term.map_or(words, String::as_str);
    code.map(|code| Coding::new(system, code, display))
}

/// A line for people: the parts that are known, with commas.
fn line<const N: usize>(parts: [Option<&str>; N]) -> String {
    let known: Vec<&str> = parts.into_iter().flatten().collect();
    known.join(", ")
}
