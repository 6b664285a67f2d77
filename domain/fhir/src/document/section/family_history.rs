//! Illnesses of relatives: one resource per relative.

use super::coding;
use crate::document::draft::{Draft, Item};
use crate::model::datatype::{CodeableConcept, Coding, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{FamilyCondition, FamilyMemberHistory};
use crate::terminology::{relation, system};

pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let mut items = vec![];
    for (index, history) in draft.visit.family_history.iter().enumerate() {
        for (nth, relative) in history.relations.iter().enumerate() {
            let snomed = coding(system::SNOMED_CT, history.sct_code.as_ref(), None, &history.term);
            let known = relation::of(relative)
                .map(|(code, display)| Coding::new(system::ROLE_CODE, code, display));
            let line = format!("{relative}: {}", history.term);
            let resource = FamilyMemberHistory {
                id: draft.id(&format!("family/{index}/{nth}")),
                meta: Meta::of(profile::FAMILY_MEMBER_HISTORY),
                text: Narrative::paragraph(&line),
                // What else this relative had was not asked.
                status: "partial",
                patient: draft.patient(),
                relationship: CodeableConcept::worded(relative, known),
                condition: [FamilyCondition {
                    code: CodeableConcept::worded(&history.term, snomed),
                }],
            };
            items.push(draft.add(resource, line.clone(), line));
        }
    }
    items
}
