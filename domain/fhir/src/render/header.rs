//! The top of the page: what, whose, by whom, where.

use serde_json::Value;

use super::card::Card;
use super::shelf::Shelf;
use super::words::{concept, date, each, mention, name, party, period, text};

pub(super) fn of<'v>(shelf: &Shelf<'v>, composition: &'v Value) -> Vec<Card<'v>> {
    let visit = shelf.at(&composition["encounter"]);
    let group = |name: &str| Card::new(Some(name.to_owned()));
    let mut groups = vec![
        group("Document")
            .wanted("Kind", concept(&composition["type"]))
            .wanted("Date", date(&composition["date"]))
            .wanted("Status", text(&composition["status"]))
            .extra("Replaces", each(&composition["relatesTo"], replaced)),
        patient(shelf.at(&composition["subject"]), composition),
    ];
    for author in composition["author"].as_array().into_iter().flatten() {
        groups.push(practitioner(shelf, author, visit));
    }
    if composition["author"].as_array().is_none_or(Vec::is_empty) {
        groups.push(group("Practitioner").wanted("Name", None));
    }
    groups.push(facility(shelf, &composition["custodian"]));
    if visit.is_object() {
        groups.push(
            group("Visit")
                .wanted("Kind", each(&visit["type"], concept).or_else(|| concept(&visit["class"])))
                .wanted("Period", period(&visit["period"]))
                .wanted("Status", text(&visit["status"]))
                .extra("Reason", each(&visit["reasonCode"], concept))
                .extra("Diagnosis", each(&visit["diagnosis"], |one| diagnosis(shelf, one)))
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
        .wanted("Identifier", each(&patient["identifier"], |one| text(&one["value"])))
        .extra("Contact", each(&patient["telecom"], |one| text(&one["value"])))
        .extra("Address", each(&patient["address"], address))
}

fn practitioner<'v>(shelf: &Shelf<'v>, author: &'v Value, visit: &'v Value) -> Card<'v> {
    let resource = shelf.at(author);
    let heading = match resource["resourceType"].as_str() {
        Some("Organization" | "Device" | "Patient" | "RelatedPerson") => "Author",
        _ => "Practitioner",
    };
    Card::new(Some(heading.to_owned()))
        .wanted("Name", party(shelf, author))
        .extra("Identifier", each(&resource["identifier"], |one| text(&one["value"])))
        .extra("Qualification", each(&resource["qualification"], |one| concept(&one["code"])))
        .extra("Role", each(&visit["participant"], |one| role(shelf, author, one)))
}

/// What the author is, when the visit says so of the same person.
fn role(shelf: &Shelf<'_>, author: &Value, participant: &Value) -> Option<String> {
    let role = shelf.at(&participant["individual"]);
    let is_same = role["practitioner"]["reference"] == author["reference"];
    is_same.then(|| each(&role["code"], concept)).flatten()
}

fn facility<'v>(shelf: &Shelf<'v>, custodian: &'v Value) -> Card<'v> {
    let resource = shelf.at(custodian);
    Card::new(Some("Facility".to_owned()))
        .wanted("Name", party(shelf, custodian))
        .extra("Identifier", each(&resource["identifier"], |one| text(&one["value"])))
        .extra("Address", each(&resource["address"], address))
}

fn address(address: &Value) -> Option<String> {
    let parts = [
        each(&address["line"], text),
        text(&address["city"]),
        text(&address["district"]),
        text(&address["state"]),
        text(&address["postalCode"]),
        text(&address["country"]),
    ];
    let known: Vec<String> = parts.into_iter().flatten().collect();
    text(&address["text"]).or_else(|| (!known.is_empty()).then(|| known.join(", ")))
}

fn diagnosis(shelf: &Shelf<'_>, diagnosis: &Value) -> Option<String> {
    let words = mention(shelf, &diagnosis["condition"])?;
    Some(match concept(&diagnosis["use"]) {
        Some(role) => format!("{words} ({role})"),
        None => words,
    })
}
