//! What the patient came with.

use super::{coding, line};
use crate::document::draft::{Draft, Item};
use crate::model::datatype::{Annotation, CodeableConcept, Coding, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::Condition;
use crate::terminology::{claim, status, system};
use crate::visit::ChiefComplaint;

pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let complaints = draft.visit.chief_complaints.iter().enumerate();
    complaints.map(|(index, complaint)| item(draft, index, complaint)).collect()
}

fn item<'a>(draft: &mut Draft<'a>, index: usize, complaint: &'a ChiefComplaint) -> Item<'a> {
    let words = &complaint.complaint;
    let snomed =
        coding(system::SNOMED_CT, complaint.sct_code.as_ref(), complaint.sct_term.as_ref(), words);
    let since = since(complaint);
    let line = line([Some(words), since.as_deref(), complaint.description.as_deref()]);
    // A patient may also say what they do not have.
    let is_denied = claim::is_denied(words);
    let condition = Condition {
        id: draft.id(&format!("complaint/{index}")),
        meta: Meta::of(profile::CONDITION),
        text: Narrative::paragraph(&line),
        clinical_status: (!is_denied).then(|| clinical_status("active")),
        verification_status: None,
        category: (!is_denied).then(|| [category("problem-list-item", "Problem List Item")]),
        code: CodeableConcept::worded(words, snomed),
        subject: draft.patient(),
        encounter: draft.encounter(),
        onset_date_time: None,
        onset_string: since.map(Into::into),
        recorded_date: Some(draft.at(complaint.recorded_at.as_ref()).as_str()),
        recorder: draft.practitioner(),
        note: complaint.description.iter().map(|text| Annotation { text: text.into() }).collect(),
    };
    draft.add(condition, words, line)
}

/// `for 3 Days`. Zero is what record systems store when nobody asked.
fn since(complaint: &ChiefComplaint) -> Option<String> {
    let duration = complaint.duration.filter(|duration| *duration > 0)?;
    Some(match &complaint.duration_unit {
        Some(unit) => format!("for {duration} {unit}"),
        None => format!("for {duration} (unit not recorded)"),
    })
}

pub(super) fn clinical_status(code: &'static str) -> CodeableConcept<'static> {
    let display = status::display(code);
    CodeableConcept::coded(Coding::new(system::CONDITION_CLINICAL, code, display))
}

pub(super) fn category(code: &'static str, display: &'static str) -> CodeableConcept<'static> {
    CodeableConcept::coded(Coding::new(system::CONDITION_CATEGORY, code, display))
}
