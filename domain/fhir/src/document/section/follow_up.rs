//! The next appointment.

use crate::document::draft::{Draft, Item};
use crate::model::datatype::{CodeableConcept, Coding, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{Appointment, Attendee};
use crate::terminology::{status, system};
use crate::visit::FollowUp;

pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    draft.visit.follow_up.iter().map(|follow_up| item(draft, follow_up)).collect()
}

/// R4 wants start and end together, whatever the status (app-2), and the profile wants the start.
/// So an open end is told as an appointment without length that is only proposed, and says so.
fn item<'a>(draft: &mut Draft<'a>, follow_up: &'a FollowUp) -> Item<'a> {
    let assumed = if follow_up.end.is_some() { "booked" } else { "proposed" };
    let line = match &follow_up.with_name {
        Some(name) => format!("{} with {name}", follow_up.start.for_people()),
        None => follow_up.start.for_people(),
    };
    let kind = Coding::new(system::SNOMED_CT, "185389009", "Follow-up visit");
    let appointment = Appointment {
        id: draft.id("follow-up"),
        meta: Meta::of(profile::APPOINTMENT),
        text: Narrative::paragraph(&line),
        status: status::of(status::APPOINTMENT, follow_up.status.as_ref()).unwrap_or(assumed),
        kind: CodeableConcept::coded(kind),
        description: "Follow-up visit",
        start: follow_up.start.as_str(),
        end: follow_up.end.as_ref().unwrap_or(&follow_up.start).as_str(),
        comment: follow_up.end.is_none().then_some("The end time is not known."),
        participant: vec![
            Attendee { actor: draft.patient(), status: "accepted" },
            Attendee { actor: draft.person(follow_up.with_name.as_ref()), status: "accepted" },
        ],
    };
    draft.add(appointment, "Follow-up visit", line)
}
