//! Medicines: those taken before the visit, and those ordered in it.

mod dosage;

use super::{coding, line};
use crate::document::draft::{Draft, Item};
use crate::model::datatype::{CodeableConcept, Meta, Number, Period, Quantity, Reference};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{DispenseRequest, MedicationRequest, MedicationStatement};
use crate::terminology::system;
use crate::visit::{CurrentMedication, PartialDate, Prescription};

pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let current = draft.visit.current_medications.iter().enumerate();
    let mut items: Vec<Item<'a>> =
        current.map(|(index, medicine)| taken(draft, index, medicine)).collect();
    items.extend(prescribed(draft));
    items
}

/// The orders alone.
pub(in crate::document) fn prescribed<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let orders = draft.visit.prescriptions.iter().enumerate();
    orders.map(|(index, order)| ordered(draft, index, order)).collect()
}

fn taken<'a>(draft: &mut Draft<'a>, index: usize, medicine: &'a CurrentMedication) -> Item<'a> {
    let name = &medicine.name;
    let snomed =
        coding(system::SNOMED_CT, medicine.sct_code.as_ref(), medicine.sct_term.as_ref(), name);
    let since = medicine.since.as_ref().map(PartialDate::as_str);
    let line = line([
        Some(name),
        Some("taken already"),
        since.map(|since| format!("since {since}")).as_deref(),
    ]);
    let statement = MedicationStatement {
        id: draft.id(&format!("medication/{index}")),
        meta: Meta::of(profile::MEDICATION_STATEMENT),
        text: Narrative::paragraph(&line),
        status: "active",
        medication_codeable_concept: CodeableConcept::worded(name, snomed),
        subject: draft.patient(),
        context: draft.encounter(),
        effective_period: since.map(|since| Period { start: Some(since), end: None }),
        date_asserted: medicine.recorded_at.as_ref().map(|it| draft.at(Some(it)).as_str()),
    };
    draft.add(statement, name, line)
}

fn ordered<'a>(draft: &mut Draft<'a>, index: usize, order: &'a Prescription) -> Item<'a> {
    let parts = [Some(&order.generic_name), order.strength.as_ref(), order.form.as_ref()];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    let medicine = parts.join(" ");
    let display = order.sct_term.clone().unwrap_or_else(|| medicine.clone());
    let snomed = order
        .sct_code
        .as_ref()
        .map(|code| crate::model::datatype::Coding::new(system::SNOMED_CT, code, display));
    let dosage = dosage::of(draft, index, order);
    let line = format!("{medicine}: {}", dosage.text);
    let (reason_reference, reason_code) = reasons(draft, order);
    let request = MedicationRequest {
        id: draft.id(&format!("prescription/{index}")),
        meta: Meta::of(profile::MEDICATION_REQUEST),
        text: Narrative::paragraph(&line),
        status: "active",
        intent: "order",
        medication_codeable_concept: CodeableConcept::worded(medicine.clone(), snomed),
        subject: draft.patient(),
        encounter: draft.encounter(),
        authored_on: draft.at(order.prescribed_at.as_ref()).as_str(),
        requester: draft.practitioner(),
        reason_code,
        reason_reference,
        dosage_instruction: [dosage],
        dispense_request: order.quantity.filter(|quantity| *quantity > 0).map(|quantity| {
            let unit = order.form.as_ref().map(Into::into);
            DispenseRequest { quantity: Quantity::plain(Number::Whole(quantity), unit) }
        }),
    };
    draft.add(request, medicine, line)
}

/// What the visit says that the medicine is for: diagnoses of the encounter by their terms, and other
/// reasons in words.
fn reasons<'a>(
    draft: &Draft<'a>,
    order: &'a Prescription,
) -> (Vec<Reference<'a>>, Vec<CodeableConcept<'a>>) {
    let (mut diagnoses, mut words) = (vec![], vec![]);
    for reason in &order.reasons {
        let named = |one: &Reference<'a>| one.display().trim().eq_ignore_ascii_case(reason.trim());
        let known = draft.diagnoses.iter().map(|one| &one.condition).find(|one| named(one));
        match known {
            Some(known) => diagnoses.push(known.clone()),
            None => words.push(CodeableConcept::text(reason)),
        }
    }
    (diagnoses, words)
}
