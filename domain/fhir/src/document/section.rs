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
    let mut sections = vec![];
    for kind in kinds {
        let items = (kind.items)(draft);
        let words = draft.take_words();
        sections.extend(section(&kind.head, items, &words));
    }
    sections
}

/// A section, unless it would be empty.
pub(super) fn one<'a>(head: &SectionHead, items: Vec<Item<'a>>) -> Option<Section<'a>> {
    section(head, items, &[])
}

/// `words` are lines that no resource carries.
fn section<'a>(head: &SectionHead, items: Vec<Item<'a>>, words: &[String]) -> Option<Section<'a>> {
    if items.is_empty() && words.is_empty() {
        return None;
    }
    let lines = items.iter().map(|item| item.line.as_str()).chain(words.iter().map(String::as_str));
    let mut text = Narrative::list(lines);
    if !words.is_empty() {
        text = text.with_more_than_structure();
    }
    Some(Section {
        title: head.title,
        code: head.code.map(|(code, display)| {
            CodeableConcept::coded(Coding::new(system::SNOMED_CT, code, display))
        }),
        text,
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
