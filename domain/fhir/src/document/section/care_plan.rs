//! What the patient was told at the end of a stay.

use crate::document::draft::{Draft, Item};
use crate::model::datatype::Meta;
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::CarePlan;

pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let stay = draft.visit.admission.as_ref();
    let advice = stay.and_then(|stay| stay.advice.as_ref());
    advice.map(|advice| item(draft, advice)).into_iter().collect()
}

fn item<'a>(draft: &mut Draft<'a>, advice: &'a String) -> Item<'a> {
    let plan = CarePlan {
        id: draft.id("care-plan"),
        meta: Meta::of(profile::CARE_PLAN),
        text: Narrative::paragraph(advice),
        status: "active",
        intent: "plan",
        title: "Advice at discharge",
        description: advice.into(),
        subject: draft.patient(),
        encounter: draft.encounter(),
        author: draft.practitioner(),
    };
    draft.add(plan, "Advice at discharge", advice.clone())
}
