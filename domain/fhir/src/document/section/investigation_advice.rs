//! Tests that were ordered.

use crate::document::draft::{Draft, Item};
use crate::model::datatype::{CodeableConcept, Coding, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::ServiceRequest;
use crate::terminology::system;
use crate::visit::LabTest;

/// The orders that have no result yet.
pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let tests = draft.visit.lab_tests.iter().enumerate();
    tests
        .filter(|(_, test)| !test.has_results())
        .map(|(index, test)| order(draft, index, test, false))
        .collect()
}

/// One order; it is done when its result is here.
pub(super) fn order<'a>(
    draft: &mut Draft<'a>,
    index: usize,
    test: &'a LabTest,
    is_done: bool,
) -> Item<'a> {
    let name = &test.procedure_name;
    let ordered = draft.at(test.ordered_at.as_ref());
    let category = Coding::new(system::SNOMED_CT, "108252007", "Laboratory procedure");
    let request = ServiceRequest {
        id: draft.id(&format!("investigation/{index}")),
        meta: Meta::of(profile::SERVICE_REQUEST),
        text: Narrative::paragraph(name),
        status: if is_done { "completed" } else { "active" },
        intent: "order",
        category: Some([CodeableConcept::coded(category)]),
        // A LOINC code may not stand here: the profile admits SNOMED CT only.
        code: CodeableConcept::text(name),
        subject: draft.patient(),
        encounter: draft.encounter(),
        authored_on: ordered.as_str(),
        requester: draft.practitioner(),
        performer: None,
        reason_code: None,
    };
    draft.add(request, name, name.clone())
}
