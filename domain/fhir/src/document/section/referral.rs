//! Where the patient was sent on to.

use crate::document::draft::{Draft, Item};
use crate::model::datatype::{CodeableConcept, Coding, Meta, Reference};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::ServiceRequest;
use crate::terminology::system;
use crate::visit::Referral;

pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    draft.visit.referral.iter().filter_map(|referral| item(draft, referral)).collect()
}

fn item<'a>(draft: &mut Draft<'a>, referral: &'a Referral) -> Option<Item<'a>> {
    let line = match (&referral.to, &referral.reason) {
        (Some(to), Some(reason)) => format!("Referral to {to}: {reason}"),
        (Some(to), None) => format!("Referral to {to}"),
        (None, Some(reason)) => format!("Referral: {reason}"),
        (None, None) => {
            let path = "referral".to_owned();
            draft.leave_out(path, "a referral without aim and reason is not part of the document");
            return None;
        }
    };
    let kind = Coding::new(system::SNOMED_CT, "3457005", "Patient referral");
    let reason = referral.reason.as_ref().map(|reason| {
        let code = referral.sct_code.as_ref();
        let coding = code.map(|code| Coding::new(system::SNOMED_CT, code, reason));
        [CodeableConcept::worded(reason, coding)]
    });
    let request = ServiceRequest {
        id: draft.id("referral"),
        meta: Meta::of(profile::SERVICE_REQUEST),
        text: Narrative::paragraph(&line),
        status: "active",
        intent: "order",
        category: None,
        code: CodeableConcept::worded(line.clone(), [kind]),
        subject: draft.patient(),
        encounter: draft.encounter(),
        authored_on: draft.visit.visit.visit_date.as_str(),
        requester: draft.practitioner(),
        performer: referral.to.as_ref().map(|to| [Reference::named(to)]),
        reason_code: reason,
    };
    Some(draft.add(request, "Referral", line))
}
