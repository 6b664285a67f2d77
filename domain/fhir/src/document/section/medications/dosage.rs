//! How an ordered medicine is to be taken.

use crate::document::draft::Draft;
use crate::model::datatype::{CodeableConcept, Coding, Dosage, Number, Quantity, Repeat, Timing};
use crate::terminology::frequency::{self, Frequency};
use crate::terminology::{duration, route, system};
use crate::visit::Prescription;

pub(super) fn of<'a>(draft: &mut Draft<'a>, index: usize, order: &'a Prescription) -> Dosage<'a> {
    let rhythm = order.frequency.as_deref().and_then(frequency::of);
    Dosage {
        text: text(order).into(),
        timing: rhythm.and_then(|rhythm| timing(rhythm, order)),
        as_needed_boolean: (rhythm == Some(Frequency::AsNeeded)).then_some(true),
        route: route(draft, index, order),
    }
}

/// In the words of the record: what the patient reads.
fn text(order: &Prescription) -> String {
    let duration = order.duration.as_ref().map(|number| match &order.duration_unit {
        Some(unit) => format!("for {number} {unit}"),
        None => format!("for {number}"),
    });
    let parts = [&order.dose, &order.frequency, &duration, &order.instructions];
    let known: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    // The profile wants a dosage; inventing one is out of the question.
    if known.is_empty() { "No dosage recorded".to_owned() } else { known.join(", ") }
}

/// None when there is nothing to say: FHIR has no empty objects.
fn timing(rhythm: Frequency, order: &Prescription) -> Option<Timing<'_>> {
    let bounds_duration = order
        .duration
        .as_deref()
        .zip(order.duration_unit.as_ref())
        .and_then(|(number, unit)| duration::of(number, unit).map(|known| (known, unit)))
        .map(|((number, code), unit)| Quantity::ucum(Number::Whole(number), unit, code));
    match rhythm {
        Frequency::Every { times, period, unit, when } => Some(Timing {
            repeat: Repeat {
                bounds_duration,
                frequency: Some(times),
                period: Some(period),
                period_unit: Some(unit),
                when: when.map(|when| [when]),
            },
        }),
        Frequency::AsNeeded => bounds_duration.map(|bounds| Timing {
            repeat: Repeat {
                bounds_duration: Some(bounds),
                frequency: None,
                period: None,
                period_unit: None,
                when: None,
            },
        }),
    }
}

fn route<'a>(
    draft: &mut Draft<'a>,
    index: usize,
    order: &'a Prescription,
) -> Option<CodeableConcept<'a>> {
    let word = order.route.as_deref();
    let coding = if let Some(code) = &order.route_sct_code {
        let display = order.route_sct_term.as_deref().or_else(|| route::display(code)).or(word);
        display.map(|display| Coding::new(system::SNOMED_CT, code, display))
    } else {
        word.and_then(route::of)
            .map(|(code, display)| Coding::new(system::SNOMED_CT, code, display))
    };
    match (word, coding) {
        (Some(word), coding) => Some(CodeableConcept::worded(word, coding)),
        (None, Some(coding)) => Some(CodeableConcept::coded(coding)),
        (None, None) => {
            if let Some(term) = &order.route_sct_term {
                return Some(CodeableConcept::text(term));
            }
            if order.route_sct_code.is_some() {
                let path = format!("prescriptions[{index}].routeSctCode");
                draft.leave_out(path, "a route code without a term is not part of the document");
            }
            None
        }
    }
}
