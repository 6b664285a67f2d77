//! What was said, found, planned and done.

use serde_json::Value;

use super::notes;
use crate::render::card::Card;
use crate::render::shelf::Shelf;
use crate::render::words::{concept, date, each, party, period, text};

pub(super) fn condition(condition: &Value) -> Card<'_> {
    let onset = date(&condition["onsetDateTime"])
        .or_else(|| text(&condition["onsetString"]))
        .or_else(|| period(&condition["onsetPeriod"]));
    Card::new(concept(&condition["code"]))
        .wanted("Status", concept(&condition["clinicalStatus"]))
        .extra("Certainty", concept(&condition["verificationStatus"]))
        .extra("Since", onset)
        .extra("Recorded", date(&condition["recordedDate"]))
        .extra("Note", notes(condition))
}

pub(super) fn allergy(allergy: &Value) -> Card<'_> {
    Card::new(concept(&allergy["code"]))
        .wanted("Kind", each(&allergy["category"], text))
        .wanted("Status", concept(&allergy["clinicalStatus"]))
        .extra("Certainty", concept(&allergy["verificationStatus"]))
        .extra("Severity", text(&allergy["criticality"]))
        .extra("Note", notes(allergy))
}

pub(super) fn relative(history: &Value) -> Card<'_> {
    Card::new(concept(&history["relationship"]))
        .wanted("Illness", each(&history["condition"], |one| concept(&one["code"])))
        .extra("Note", notes(history))
}

pub(super) fn procedure(procedure: &Value) -> Card<'_> {
    let performed =
        date(&procedure["performedDateTime"]).or_else(|| period(&procedure["performedPeriod"]));
    Card::new(concept(&procedure["code"]))
        .wanted("Date", performed)
        .wanted("Status", text(&procedure["status"]))
        .extra("Note", notes(procedure))
}

pub(super) fn request<'v>(shelf: &Shelf<'v>, request: &'v Value) -> Card<'v> {
    Card::new(concept(&request["code"]))
        .wanted(
            "Date",
            date(&request["authoredOn"]).or_else(|| date(&request["occurrenceDateTime"])),
        )
        .wanted("Status", text(&request["status"]))
        .wanted("Requested by", party(shelf, &request["requester"]))
        .extra("To", each(&request["performer"], |one| party(shelf, one)))
        .extra("Reason", each(&request["reasonCode"], concept))
}

pub(super) fn appointment<'v>(shelf: &Shelf<'v>, appointment: &'v Value) -> Card<'v> {
    let heading = text(&appointment["description"]);
    Card::new(heading.or_else(|| concept(&appointment["appointmentType"])))
        .wanted("Start", date(&appointment["start"]))
        .wanted("Status", text(&appointment["status"]))
        .wanted("With", each(&appointment["participant"], |one| party(shelf, &one["actor"])))
        .extra("Note", text(&appointment["comment"]))
}

pub(super) fn care_plan(plan: &Value) -> Card<'_> {
    Card::new(text(&plan["title"]).or_else(|| each(&plan["category"], concept)))
        .wanted("Advice", text(&plan["description"]))
        .wanted("Status", text(&plan["status"]))
        .extra("Note", notes(plan))
}
