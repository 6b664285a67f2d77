//! One card per resource that a section lists.

mod appointment;
mod bill;
mod clinical;
mod dosage;
mod medicine;
mod observation;
mod paper;
mod report;
mod timing;
mod vaccine;

use serde_json::Value;

use super::card::Card;
use super::shelf::View;
use super::state;
use super::words::{concept, each, mention, narrative, text};

pub(super) use self::clinical::deceased;

/// How far a card may hold cards: a report, a panel in it, the results of the panel.
const DEPTH_MAX: usize = 3;

pub(super) fn of_reference<'v>(view: View<'_, 'v>, reference: &'v Value) -> Card<'v> {
    nested(view, reference, 0)
}

fn nested<'v>(view: View<'_, 'v>, reference: &'v Value, depth: usize) -> Card<'v> {
    let resource = view.at(reference);
    if resource.is_null() || depth > DEPTH_MAX {
        return Card::new(text(&reference["display"])).wanted("Content", None);
    }
    if !view.show(resource) {
        return Card::new(mention(view, reference)).extra("See", Some("above".to_owned()));
    }
    of(view.of(reference), resource, depth)
        .void(state::void(resource))
        .alert(state::alert(resource))
        .extra("Status reason", status_reason(resource))
}

/// One concept or several, by the type of the resource.
fn status_reason(resource: &Value) -> Option<String> {
    let reason = &resource["statusReason"];
    each(reason, concept)
        .or_else(|| concept(reason))
        .or_else(|| concept(&resource["cancelationReason"]))
        .or_else(|| text(&resource["cancelledReason"]))
}

fn of<'v>(view: View<'_, 'v>, resource: &'v Value, depth: usize) -> Card<'v> {
    match resource["resourceType"].as_str().unwrap_or_default() {
        "AllergyIntolerance" => clinical::allergy(resource),
        "Appointment" => appointment::appointment(view, resource),
        "Binary" => paper::binary(resource),
        "CarePlan" => clinical::care_plan(resource),
        "Condition" => clinical::condition(resource),
        "DiagnosticReport" => report::report(view, resource, depth),
        "DocumentReference" => paper::document(resource),
        "FamilyMemberHistory" => clinical::relative(resource),
        "Immunization" => vaccine::given(view, resource, depth),
        "ImmunizationRecommendation" => vaccine::due(resource),
        "Invoice" => bill::invoice(view, resource),
        "MedicationRequest" => medicine::ordered(view, resource),
        "MedicationStatement" => medicine::taken(view, resource),
        "Observation" => observation::observation(view, resource, depth),
        "Procedure" => clinical::procedure(view, resource),
        "ServiceRequest" => appointment::request(view, resource),
        // Other guides list other resources; their own words must do.
        _ => Card::new(concept(&resource["code"]).or_else(|| text(&resource["resourceType"])))
            .wanted("Text", narrative(resource)),
    }
}

/// The words of annotations.
fn notes(resource: &Value) -> Option<String> {
    each(&resource["note"], |note| text(&note["text"]))
}

/// Why something was ordered or done: in words, and by what it points at.
fn reasons(view: View<'_, '_>, resource: &Value) -> Option<String> {
    let words = each(&resource["reasonCode"], concept);
    let pointed = each(&resource["reasonReference"], |reason| mention(view, reason));
    super::words::joined(words.into_iter().chain(pointed), ", ")
}
