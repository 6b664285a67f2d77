//! Known allergies.

use super::{coding, line};
use crate::document::draft::{Draft, Item};
use crate::model::datatype::{Annotation, CodeableConcept, Coding, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::AllergyIntolerance;
use crate::terminology::{status, system};
use crate::visit::{Allergy, AllergyKind};

/// An allergy without a term is left out, and said so: there is nothing to show for it.
pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let mut items = vec![];
    for (index, allergy) in draft.visit.allergies.iter().enumerate() {
        if let Some(term) = &allergy.term {
            items.push(item(draft, index, allergy, term));
        } else {
            let path = format!("allergies[{index}].term");
            draft.leave_out(path, "an allergy without a term is not part of the document");
        }
    }
    items
}

fn item<'a>(
    draft: &mut Draft<'a>,
    index: usize,
    allergy: &'a Allergy,
    term: &'a String,
) -> Item<'a> {
    let category = match allergy.kind {
        AllergyKind::Drugs => "medication",
        AllergyKind::Food => "food",
        AllergyKind::Environmental => "environment",
    };
    let snomed = coding(system::SNOMED_CT, allergy.sct_code.as_ref(), None, term);
    let clinical = status::of(status::ALLERGY, allergy.status.as_ref()).unwrap_or("active");
    let line = line([Some(term), Some(category), allergy.reaction.as_deref()]);
    let recorded = allergy.recorded_at.as_ref().unwrap_or(&draft.visit.visit.visit_date);
    let resource = AllergyIntolerance {
        id: draft.id(&format!("allergy/{index}")),
        meta: Meta::of(profile::ALLERGY_INTOLERANCE),
        text: Narrative::paragraph(&line),
        clinical_status: CodeableConcept::coded(Coding::new(
            system::ALLERGY_CLINICAL,
            clinical,
            status::clinical_display(clinical),
        )),
        verification_status: CodeableConcept::coded(Coding::new(
            system::ALLERGY_VERIFICATION,
            "unconfirmed",
            "Unconfirmed",
        )),
        category: [category],
        code: CodeableConcept::worded(term, snomed),
        patient: draft.patient(),
        encounter: draft.encounter(),
        recorded_date: Some(recorded.as_str()),
        recorder: draft.practitioner(),
        note: allergy
            .reaction
            .iter()
            .map(|reaction| Annotation { text: format!("Reaction: {reaction}").into() })
            .collect(),
    };
    draft.add(resource, term, line)
}
