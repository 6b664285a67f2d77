//! The top of the page: what, whose, by whom, where.

use serde_json::Value;

use super::card::Card;
use super::resource::deceased;
use super::shelf::View;
use super::state;
use super::words::{address, concept, date, each, in_use, mention, name, party, period, text};

pub(super) fn of<'v>(view: View<'_, 'v>, composition: &'v Value) -> Vec<Card<'v>> {
    let visit = view.at(&composition["encounter"]);
    let group = |name: &str| Card::new(Some(name.to_owned()));
    let mut groups = vec![
        group("Document")
            .wanted("Kind", concept(&composition["type"]))
            .wanted("Date", date(&composition["date"]))
            .wanted("Status", text(&composition["status"]))
            .extra("Signed by", each(&composition["attester"], |one| party(view, &one["party"])))
            .extra("Replaces", each(&composition["relatesTo"], replaced)),
        patient(view.at(&composition["subject"]), composition),
    ];
    for author in composition["author"].as_array().into_iter().flatten() {
        groups.push(practitioner(view, author, visit));
    }
    if composition["author"].as_array().is_none_or(Vec::is_empty) {
        groups.push(group("Practitioner").wanted("Name", None));
    }
    groups.push(facility(view, &composition["custodian"]));
    if visit.is_object() {
        groups.push(
            group("Visit")
                .wanted("Kind", each(&visit["type"], concept).or_else(|| concept(&visit["class"])))
                .wanted("Period", period(&visit["period"]))
                .wanted("Status", text(&visit["status"]))
                .void(state::void(visit))
                .extra("Reason", each(&visit["reasonCode"], concept))
                .extra("Diagnosis", each(&visit["diagnosis"], |one| diagnosis(view, one)))
                .extra("Discharge", concept(&visit["hospitalization"]["dischargeDisposition"])),
        );
    }
    groups
}

fn replaced(relation: &Value) -> Option<String> {
    (relation["code"] == "replaces").then(|| text(&relation["targetIdentifier"]["value"])).flatten()
}

fn patient<'v>(patient: &'v Value, composition: &'v Value) -> Card<'v> {
    let named = || text(&composition["subject"]["display"]);
    Card::new(Some("Patient".to_owned()))
        .wanted("Name", name(&patient["name"]).or_else(named))
        .wanted("Gender", text(&patient["gender"]))
        .wanted("Birth date", date(&patient["birthDate"]))
        .extra("Deceased", deceased(patient))
        .wanted("Identifier", in_use(&patient["identifier"], |one| text(&one["value"])))
        .extra("Contact", in_use(&patient["telecom"], |one| text(&one["value"])))
        .extra("Address", in_use(&patient["address"], address))
}

fn practitioner<'v>(view: View<'_, 'v>, author: &'v Value, visit: &'v Value) -> Card<'v> {
    let resource = view.at(author);
    let heading = match resource["resourceType"].as_str() {
        Some("Organization" | "Device" | "Patient" | "RelatedPerson") => "Author",
        _ => "Practitioner",
    };
    Card::new(Some(heading.to_owned()))
        .wanted("Name", party(view, author))
        .extra("Identifier", in_use(&resource["identifier"], |one| text(&one["value"])))
        .extra("Qualification", each(&resource["qualification"], |one| concept(&one["code"])))
        .extra("Role", each(&visit["participant"], |one| role(view, author, one)))
}

/// What the author is, when the visit says so of the same person.
fn role(view: View<'_, '_>, author: &Value, participant: &Value) -> Option<String> {
    let role = view.at(&participant["individual"]);
    let is_same = role["practitioner"]["reference"] == author["reference"];
    is_same.then(|| each(&role["code"], concept)).flatten()
}

fn facility<'v>(view: View<'_, 'v>, custodian: &'v Value) -> Card<'v> {
    let resource = view.at(custodian);
    Card::new(Some("Facility".to_owned()))
        .wanted("Name", party(view, custodian))
        .extra("Identifier", in_use(&resource["identifier"], |one| text(&one["value"])))
        .extra("Address", in_use(&resource["address"], address))
}

fn diagnosis(view: View<'_, '_>, diagnosis: &Value) -> Option<String> {
    let words = mention(view, &diagnosis["condition"])?;
    Some(match concept(&diagnosis["use"]) {
        Some(role) => format!("{words} ({role})"),
        None => words,
    })
}
