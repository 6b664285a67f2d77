//! What was examined.

use super::super::coding;
use crate::document::draft::{Draft, Item};
use crate::model::datatype::{CodeableConcept, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{Collection, Specimen};
use crate::terminology::system;
use crate::visit::LabTest;

/// None without the time at which the laboratory got it: the profile wants that time.
pub(super) fn item<'a>(draft: &mut Draft<'a>, index: usize, test: &'a LabTest) -> Option<Item<'a>> {
    let specimen = test.specimen.as_ref()?;
    let Some(received) = &specimen.received_at else {
        let path = format!("labTests[{index}].specimen");
        draft.leave_out(path, "a specimen without receivedAt is not part of the document");
        return None;
    };
    let words = specimen.sct_term.as_ref();
    if words.is_none() && specimen.sct_code.is_some() {
        let path = format!("labTests[{index}].specimen.sctCode");
        draft.leave_out(path, "a material code without a term is not part of the document");
    }
    let kind = words.map(|words| {
        let snomed = coding(system::SNOMED_CT, specimen.sct_code.as_ref(), None, words);
        CodeableConcept::worded(words, snomed)
    });
    draft.at(Some(received));
    let name = words.map_or("Specimen", String::as_str);
    let line = format!("{name}, received {}", received.for_people());
    let resource = Specimen {
        id: draft.id(&format!("specimen/{index}")),
        meta: Meta::of(profile::SPECIMEN),
        text: Narrative::paragraph(&line),
        kind,
        subject: draft.patient(),
        received_time: received.as_str(),
        collection: specimen
            .collected_at
            .as_ref()
            .map(|collected| Collection { collected_date_time: collected.as_str() }),
    };
    Some(draft.add(resource, name, line))
}
