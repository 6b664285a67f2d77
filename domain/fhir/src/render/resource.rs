//! One card per resource that a section lists.

mod clinical;
mod medicine;
mod paper;
mod report;
mod vaccine;

use serde_json::Value;

use super::card::Card;
use super::shelf::Shelf;
use super::words::{concept, mention, narrative, text};

/// How far a card may hold cards: a report, a panel in it, the results of the panel.
const DEPTH_MAX: usize = 3;

pub(super) fn of_reference<'v>(shelf: &Shelf<'v>, reference: &'v Value) -> Card<'v> {
    nested(shelf, reference, 0)
}

fn nested<'v>(shelf: &Shelf<'v>, reference: &'v Value, depth: usize) -> Card<'v> {
    let resource = shelf.at(reference);
    if resource.is_null() || depth > DEPTH_MAX {
        return Card::new(text(&reference["display"])).wanted("Content", None);
    }
    if !shelf.show(reference) {
        return Card::new(mention(shelf, reference)).extra("See", Some("above".to_owned()));
    }
    of(shelf, resource, depth)
}

fn of<'v>(shelf: &Shelf<'v>, resource: &'v Value, depth: usize) -> Card<'v> {
    match resource["resourceType"].as_str().unwrap_or_default() {
        "AllergyIntolerance" => clinical::allergy(resource),
        "Appointment" => clinical::appointment(shelf, resource),
        "Binary" => paper::binary(resource),
        "CarePlan" => clinical::care_plan(resource),
        "Condition" => clinical::condition(resource),
        "DiagnosticReport" => report::report(shelf, resource, depth),
        "DocumentReference" => paper::document(resource),
        "FamilyMemberHistory" => clinical::relative(resource),
        "Immunization" => vaccine::given(shelf, resource),
        "ImmunizationRecommendation" => vaccine::due(resource),
        "Invoice" => paper::invoice(shelf, resource),
        "MedicationRequest" => medicine::ordered(shelf, resource),
        "MedicationStatement" => medicine::taken(shelf, resource),
        "Observation" => report::observation(shelf, resource, depth),
        "Procedure" => clinical::procedure(resource),
        "ServiceRequest" => clinical::request(shelf, resource),
        // Other guides list other resources; their own words must do.
        _ => Card::new(concept(&resource["code"]).or_else(|| text(&resource["resourceType"])))
            .wanted("Text", narrative(resource)),
    }
}

/// The words of annotations.
fn notes(resource: &Value) -> Option<String> {
    super::words::each(&resource["note"], |note| text(&note["text"]))
}
