//! What was done to the patient.

use super::{coding, line};
use crate::document::draft::{Draft, Item};
use crate::model::datatype::{Annotation, CodeableConcept, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::Procedure;
use crate::terminology::{status, system};
use crate::visit::Moment;

pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let mut items = vec![];
    for (index, done) in draft.visit.procedures.iter().enumerate() {
        let when = done.performed_at.as_ref().map(Moment::for_people);
        let line = line([Some(&done.name), done.status.as_deref(), when.as_deref()]);
        let snomed = coding(system::SNOMED_CT, done.sct_code.as_ref(), None, &done.name);
        // Without a status, or with a word that is not understood, nothing is claimed.
        let known = done.status.as_deref().and_then(status::procedure);
        let status = known.unwrap_or("unknown");
        let note = done.status.iter().filter(|_| known.is_none());
        if matches!(status, "completed" | "stopped") {
            draft.at(done.performed_at.as_ref());
        }
        let procedure = Procedure {
            id: draft.id(&format!("procedure/{index}")),
            meta: Meta::of(profile::PROCEDURE),
            text: Narrative::paragraph(&line),
            status,
            code: CodeableConcept::worded(&done.name, snomed),
            subject: draft.patient(),
            encounter: draft.encounter(),
            performed_date_time: done.performed_at.as_ref().map(Moment::as_str),
            note: note.map(|word| Annotation { text: format!("Status: {word}").into() }).collect(),
        };
        items.push(draft.add(procedure, &done.name, line));
    }
    items
}
