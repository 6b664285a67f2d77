//! What was said, found, planned and done.

use serde_json::Value;

use super::{notes, reasons};
use crate::render::card::Card;
use crate::render::shelf::View;
use crate::render::state;
use crate::render::words::{any_time, concept, date, each, party, period, text};

pub(super) fn condition(condition: &Value) -> Card<'_> {
    Card::new(concept(&condition["code"]))
        .wanted("Status", concept(&condition["clinicalStatus"]))
        .extra("Certainty", concept(&condition["verificationStatus"]))
        .extra("Severity", concept(&condition["severity"]))
        .extra("Body site", each(&condition["bodySite"], concept))
        .extra("Since", any_time(condition, "onset"))
        .extra("Ended", any_time(condition, "abatement"))
        .extra("Recorded", date(&condition["recordedDate"]))
        .extra("Note", notes(condition))
}

pub(super) fn allergy(allergy: &Value) -> Card<'_> {
    let reactions = allergy["reaction"].as_array().map_or(&[][..], Vec::as_slice);
    Card::new(concept(&allergy["code"]))
        .wanted("Kind", each(&allergy["category"], text))
        .wanted("Status", concept(&allergy["clinicalStatus"]))
        .extra("Certainty", concept(&allergy["verificationStatus"]))
        .extra("Type", text(&allergy["type"]))
        .extra("Criticality", text(&allergy["criticality"]))
        .extra("Since", any_time(allergy, "onset"))
        .extra("Last reaction", date(&allergy["lastOccurrence"]))
        .extra("Note", notes(allergy))
        .with(reactions.iter().map(reaction))
}

fn reaction(reaction: &Value) -> Card<'_> {
    Card::new(Some("Reaction".to_owned()))
        .wanted("What happened", each(&reaction["manifestation"], concept))
        .extra("Severity", text(&reaction["severity"]))
        .extra("To", concept(&reaction["substance"]))
        .extra("Began", date(&reaction["onset"]))
        .extra("Exposure", concept(&reaction["exposureRoute"]))
        .extra("Description", text(&reaction["description"]))
        .extra("Note", notes(reaction))
}

pub(super) fn relative(history: &Value) -> Card<'_> {
    let illness = |one: &Value| {
        let name = concept(&one["code"])?;
        let known = [any_time(one, "onset"), concept(&one["outcome"])].into_iter().flatten();
        let known: Vec<String> = known.collect();
        Some(if known.is_empty() { name } else { format!("{name} ({})", known.join(", ")) })
    };
    Card::new(concept(&history["relationship"]))
        .extra("Name", text(&history["name"]))
        .wanted("Illness", each(&history["condition"], illness))
        .extra("Deceased", deceased(history))
        .extra("Note", notes(history))
}

/// Whether somebody has died, and when, as far as the resource says it.
pub(in crate::render) fn deceased(person: &Value) -> Option<String> {
    let flag = (person["deceasedBoolean"] == true).then(|| "yes".to_owned());
    any_time(person, "deceased").or(flag)
}

pub(super) fn procedure<'v>(view: View<'_, 'v>, procedure: &'v Value) -> Card<'v> {
    Card::new(concept(&procedure["code"]))
        .wanted("Date", any_time(procedure, "performed"))
        .wanted("Status", text(&procedure["status"]))
        .extra("By", each(&procedure["performer"], |one| party(view, &one["actor"])))
        .extra("Body site", each(&procedure["bodySite"], concept))
        .extra("Reason", reasons(view, procedure))
        .extra("Outcome", concept(&procedure["outcome"]))
        .extra("Complication", each(&procedure["complication"], concept))
        .extra("Follow up", each(&procedure["followUp"], concept))
        .extra("Note", notes(procedure))
}

pub(super) fn care_plan(plan: &Value) -> Card<'_> {
    let activities = plan["activity"].as_array().map_or(&[][..], Vec::as_slice);
    let details = activities.iter().map(|one| &one["detail"]).filter(|one| one.is_object());
    Card::new(text(&plan["title"]).or_else(|| each(&plan["category"], concept)))
        .wanted("Advice", text(&plan["description"]))
        .wanted("Status", text(&plan["status"]))
        .extra("Period", period(&plan["period"]))
        .extra("Note", notes(plan))
        .with(details.map(activity))
}

fn activity(detail: &Value) -> Card<'_> {
    Card::new(concept(&detail["code"]).or_else(|| Some("Activity".to_owned())))
        .extra("What", text(&detail["description"]))
        .extra("When", any_time(detail, "scheduled"))
        .extra("Status", text(&detail["status"]))
        .void(state::void(detail))
        .alert(state::alert(detail))
}
