//! What was done to the patient.

use super::{coding, line};
use crate::document::draft::{Draft, Item};
use crate::model::datatype::{CodeableConcept, Meta};
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
        let status = match &done.status {
            None => "completed",
            // A word that FHIR does not know says that there is a status, not which.
            Some(_) => status::of(status::PROCEDURE, done.status.as_ref()).unwrap_or("unknown"),
        };
        let procedure = Procedure {
            id: draft.id(&format!("procedure/{index}")),
            meta: Meta::of(profile::PROCEDURE),
            text: Narrative::paragraph(&line),
            status,
            code: CodeableConcept::worded(&done.name, snomed),
            subject: draft.patient(),
            encounter: draft.encounter(),
            performed_date_time: done.performed_at.as_ref().map(Moment::as_str),
        };
        items.push(draft.add(procedure, &done.name, line));
    }
    items
}
