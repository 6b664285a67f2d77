//! Known allergies.

use super::{coding, line};
use crate::document::draft::{Draft, Item};
use crate::model::datatype::{Annotation, CodeableConcept, Coding, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::AllergyIntolerance;
use crate::terminology::status::{self, AllergyStatus};
use crate::terminology::system;
use crate::visit::{Allergy, AllergyKind};

/// An allergy without a term is left out, and said so: there is nothing to show for it.
///
/// FHIR has no allergy whose clinical status is not known (ait-1). One with a status that is not
/// understood is told in words alone.
pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let mut items = vec![];
    for (index, allergy) in draft.visit.allergies.iter().enumerate() {
        let Some(term) = &allergy.term else {
            let path = format!("allergies[{index}].term");
            draft.leave_out(path, "an allergy without a term is not part of the document");
            continue;
        };
        let line = line([
            Some(term),
            Some(category(allergy.kind)),
            allergy.reaction.as_deref(),
            allergy.status.as_ref().map(|word| format!("status: {word}")).as_deref(),
        ]);
        let status = allergy.status.as_deref().map(status::allergy);
        if let Some(status) = status.unwrap_or(Some(AllergyStatus::LISTED)) {
            items.push(item(draft, index, (allergy, term), status, line));
        } else {
            let path = format!("allergies[{index}].status");
            draft.leave_out(path, "a status that is not understood is told in words only");
            draft.tell(line);
        }
    }
    items
}

fn category(kind: AllergyKind) -> &'static str {
    match kind {
        AllergyKind::Drugs => "medication",
        AllergyKind::Food => "food",
        AllergyKind::Environmental => "environment",
    }
}

fn item<'a>(
    draft: &mut Draft<'a>,
    index: usize,
    (allergy, term): (&'a Allergy, &'a String),
    status: AllergyStatus,
    line: String,
) -> Item<'a> {
    let snomed = coding(system::SNOMED_CT, allergy.sct_code.as_ref(), None, term);
    let coded =
        |system, code| CodeableConcept::coded(Coding::new(system, code, status::display(code)));
    let resource = AllergyIntolerance {
        id: draft.id(&format!("allergy/{index}")),
        meta: Meta::of(profile::ALLERGY_INTOLERANCE),
        text: Narrative::paragraph(&line),
        clinical_status: status.clinical.map(|code| coded(system::ALLERGY_CLINICAL, code)),
        verification_status: coded(system::ALLERGY_VERIFICATION, status.verification),
        category: [category(allergy.kind)],
        code: CodeableConcept::worded(term, snomed),
        patient: draft.patient(),
        encounter: draft.encounter(),
        recorded_date: Some(draft.at(allergy.recorded_at.as_ref()).as_str()),
        recorder: draft.practitioner(),
        note: allergy
            .reaction
            .iter()
            .map(|reaction| Annotation { text: format!("Reaction: {reaction}").into() })
            .collect(),
    };
    draft.add(resource, term, line)
}
