//! What is to come: appointments, tests and referrals.

use serde_json::Value;

use super::{notes, reasons, timing};
use crate::render::card::Card;
use crate::render::shelf::View;
use crate::render::words::{concept, date, each, party, period, text};

pub(super) fn appointment<'v>(view: View<'_, 'v>, appointment: &'v Value) -> Card<'v> {
    let heading = text(&appointment["description"]);
    let (start, end) = (date(&appointment["start"]), date(&appointment["end"]));
    let end = end.filter(|end| start.as_ref() != Some(end));
    Card::new(heading.or_else(|| concept(&appointment["appointmentType"])))
        .wanted("Start", start)
        .extra("End", end)
        .wanted("Status", text(&appointment["status"]))
        .wanted("With", each(&appointment["participant"], |one| party(view, &one["actor"])))
        .extra("Reason", reasons(view, appointment))
        .extra("Instruction", text(&appointment["patientInstruction"]))
        .extra("Note", text(&appointment["comment"]))
}

pub(super) fn request<'v>(view: View<'_, 'v>, request: &'v Value) -> Card<'v> {
    let planned = date(&request["occurrenceDateTime"])
        .or_else(|| period(&request["occurrencePeriod"]))
        .or_else(|| timing::words(&request["occurrenceTiming"]));
    Card::new(concept(&request["code"]))
        .wanted("Date", date(&request["authoredOn"]).or_else(|| planned.clone()))
        .wanted("Status", text(&request["status"]))
        .wanted("Requested by", party(view, &request["requester"]))
        .extra("Planned", planned)
        .extra("Priority", text(&request["priority"]))
        .extra("To", each(&request["performer"], |one| party(view, one)))
        .extra("Details", each(&request["orderDetail"], concept))
        .extra("Body site", each(&request["bodySite"], concept))
        .extra("As needed", as_needed(request))
        .extra("Reason", reasons(view, request))
        .extra("Instruction", text(&request["patientInstruction"]))
        .extra("Note", notes(request))
}

/// Whether something is taken or done only when needed, and for what.
pub(super) fn as_needed(holder: &Value) -> Option<String> {
    concept(&holder["asNeededCodeableConcept"])
        .map(|why| format!("as needed: {why}"))
        .or_else(|| (holder["asNeededBoolean"] == true).then(|| "as needed".to_owned()))
}
