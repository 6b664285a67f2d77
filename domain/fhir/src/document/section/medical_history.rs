//! Earlier illnesses, and the diagnoses of this visit beside them.

use super::chief_complaints::clinical_status;
use super::{coding, diagnoses, line};
use crate::document::draft::{Draft, Item};
use crate::model::datatype::{Annotation, CodeableConcept, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::Condition;
use crate::terminology::{status, system};
use crate::visit::{PartialDate, PastCondition};

pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let mut items = diagnoses::items(draft);
    let history = draft.visit.medical_history.iter().enumerate();
    items.extend(history.map(|(index, past)| item(draft, index, past)));
    items
}

fn item<'a>(draft: &mut Draft<'a>, index: usize, past: &'a PastCondition) -> Item<'a> {
    let words = &past.term;
    let codings = [
        coding(system::SNOMED_CT, past.sct_code.as_ref(), None, words),
        coding(system::ICD_10, past.icd10_code.as_ref(), None, words),
    ];
    let since = past.since.as_ref().map(PartialDate::as_str);
    let known = past.status.as_deref().and_then(status::condition);
    let note = past.status.iter().filter(|_| known.is_none());
    let line = line([
        Some(words),
        since.map(|since| format!("since {since}")).as_deref(),
        past.status.as_deref(),
    ]);
    let condition = Condition {
        id: draft.id(&format!("history/{index}")),
        meta: Meta::of(profile::CONDITION),
        text: Narrative::paragraph(&line),
        // Without a status that FHIR knows, whether it still lasts is not known either.
        clinical_status: known.map(clinical_status),
        verification_status: None,
        category: None,
        code: CodeableConcept::worded(words, codings.into_iter().flatten()),
        subject: draft.patient(),
        encounter: draft.encounter(),
        onset_date_time: since,
        onset_string: None,
        recorded_date: None,
        recorder: draft.practitioner(),
        note: note.map(|text| Annotation { text: format!("Status: {text}").into() }).collect(),
    };
    draft.add(condition, words, line)
}
