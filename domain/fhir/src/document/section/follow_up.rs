//! The next appointment.

use super::line;
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
/// So an open end is told as an appointment without length, and says so.
///
/// Without a status, a slot with both ends is booked and one without an end only proposed. A status
/// that is not understood claims no more than that either, and keeps its word.
fn item<'a>(draft: &mut Draft<'a>, follow_up: &'a FollowUp) -> Item<'a> {
    let word = follow_up.status.as_deref();
    let known = word.and_then(status::appointment);
    let status = known.unwrap_or(match (word, &follow_up.end) {
        (None, Some(_)) => "booked",
        (None, None) | (Some(_), _) => "proposed",
    });
    let with = follow_up.with_name.as_ref().map(|name| format!("with {name}"));
    let line = line([
        Some(&follow_up.start.for_people()),
        with.as_deref(),
        word.map(|word| format!("status: {word}")).as_deref(),
    ]);
    let kind = Coding::new(system::SNOMED_CT, "185389009", "Follow-up visit");
    let comment = [
        follow_up.end.is_none().then(|| "The end time is not known.".to_owned()),
        word.filter(|_| known.is_none()).map(|word| format!("Status: {word}")),
    ];
    let comment: Vec<String> = comment.into_iter().flatten().collect();
    let attends = attendance(status);
    let appointment = Appointment {
        id: draft.id("follow-up"),
        meta: Meta::of(profile::APPOINTMENT),
        text: Narrative::paragraph(&line),
        status,
        kind: CodeableConcept::coded(kind),
        description: "Follow-up visit",
        start: follow_up.start.as_str(),
        end: follow_up.end.as_ref().unwrap_or(&follow_up.start).as_str(),
        comment: (!comment.is_empty()).then(|| comment.join(" ").into()),
        participant: vec![
            Attendee { actor: draft.patient(), status: attends },
            Attendee { actor: draft.person(follow_up.with_name.as_ref()), status: attends },
        ],
    };
    draft.add(appointment, "Follow-up visit", line)
}

/// Both have accepted what is booked or took place; of anything else that is not known.
fn attendance(status: &str) -> &'static str {
    match status {
        "booked" | "arrived" | "fulfilled" | "checked-in" => "accepted",
        _ => "needs-action",
    }
}
