//! Who and what nearly every resource of a document points at.

use crate::document::identity::Ids;
use crate::model::datatype::Reference;
use crate::visit::VisitDocument;

pub(super) struct Cast<'a> {
    pub(super) patient: Reference<'a>,
    pub(super) practitioner: Reference<'a>,
    /// When the record says what the practitioner is.
    pub(super) practitioner_role: Option<Reference<'a>>,
    pub(super) organization: Reference<'a>,
    pub(super) encounter: Reference<'a>,
}

impl<'a> Cast<'a> {
    pub(super) fn new(visit: &'a VisitDocument, ids: &Ids) -> Self {
        let facility = &visit.facility.abdm_facility_name;
        let practitioner = &visit.practitioner.full_name;
        Self {
            patient: Reference::to("Patient", ids.of("patient"), &visit.beneficiary.name),
            practitioner: Reference::to("Practitioner", ids.of("practitioner"), practitioner),
            practitioner_role: visit.practitioner.designation.as_ref().map(|_| {
                Reference::to("PractitionerRole", ids.of("practitioner-role"), practitioner)
            }),
            organization: Reference::to("Organization", ids.of("organization"), facility),
            encounter: Reference::to("Encounter", ids.of("encounter"), &visit.visit.category),
        }
    }
}
