//! What was measured on the body: one observation per measure, one for both blood pressures.
//!
//! A wellness record tells the measures in three sections, by the profile that each keeps.

use super::line;
use crate::document::draft::{Draft, Item};
use crate::model::datatype::{CodeableConcept, Coding, Meta, Number, Quantity};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{Component, Observation, Outcome};
use crate::terminology::system;
use crate::terminology::vital::{self, Measure};
use crate::visit::{Decimal, TemperatureUnit, Vitals};

/// All measures.
pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    measured(draft, |_| true)
}

/// Temperature, pulse, breath, blood pressure, oxygen.
pub(in crate::document) fn vital_signs<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    measured(draft, |measure| measure.profile == profile::OBSERVATION_VITAL_SIGNS)
}

/// Weight, lengths and girths.
pub(in crate::document) fn body_measurements<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    measured(draft, |measure| measure.profile == profile::OBSERVATION_BODY_MEASUREMENT)
}

/// Sugar in the blood.
pub(in crate::document) fn general_assessment<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    measured(draft, |measure| measure.profile == profile::OBSERVATION_GENERAL_ASSESSMENT)
}

fn measured<'a>(draft: &mut Draft<'a>, is_wanted: fn(&Measure) -> bool) -> Vec<Item<'a>> {
    let Some(vitals) = &draft.visit.vitals else {
        return vec![];
    };
    let temperature = match vitals.temperature_unit.unwrap_or(TemperatureUnit::Fahrenheit) {
        TemperatureUnit::Fahrenheit => &vital::TEMPERATURE_FAHRENHEIT,
        TemperatureUnit::Celsius => &vital::TEMPERATURE_CELSIUS,
    };
    let measures = [
        ("temperature", temperature, &vitals.temperature),
        ("pulse", &vital::PULSE_RATE, &vitals.pulse_rate),
        ("respiration", &vital::RESPIRATORY_RATE, &vitals.respiratory_rate),
        ("spo2", &vital::SPO2, &vitals.spo2),
        ("weight", &vital::WEIGHT, &vitals.weight_kg),
        ("height", &vital::HEIGHT, &vitals.height_cm),
        ("bmi", &vital::BMI, &vitals.bmi),
        ("waist", &vital::WAIST, &vitals.waist_cm),
        ("head", &vital::HEAD, &vitals.head_circumference_cm),
        ("upper-arm", &vital::UPPER_ARM, &vitals.muac_cm),
        ("glucose-random", &vital::GLUCOSE_RANDOM, &vitals.glucose_random),
        ("glucose-fasting", &vital::GLUCOSE_FASTING, &vitals.glucose_fasting),
        ("glucose-after-meal", &vital::GLUCOSE_AFTER_MEAL, &vitals.glucose_2h_post_meal),
    ];
    let mut items = vec![];
    if is_wanted(&vital::BLOOD_PRESSURE) {
        items.extend(blood_pressure(draft, vitals));
    }
    for (name, measure, value) in measures {
        if let Some(value) = value.as_ref().filter(|_| is_wanted(measure)) {
            items.push(simple(draft, vitals, name, measure, value));
        }
    }
    items
}

fn simple<'a>(
    draft: &mut Draft<'a>,
    vitals: &'a Vitals,
    name: &str,
    measure: &'static Measure,
    value: &'a Decimal,
) -> Item<'a> {
    let line = format!("{}: {} {}", measure.display, value.as_str(), measure.unit);
    let outcome = Outcome::ValueQuantity(quantity(measure, value));
    let observation = observation(draft, vitals, name, measure, outcome, &line);
    draft.add(observation, measure.display, line)
}

/// Both halves in one observation, as the R4 profile has it; a missing half says that it is missing.
fn blood_pressure<'a>(draft: &mut Draft<'a>, vitals: &'a Vitals) -> Option<Item<'a>> {
    let (systolic, diastolic) = (vitals.systolic.as_ref(), vitals.diastolic.as_ref());
    if systolic.is_none() && diastolic.is_none() {
        if vitals.blood_pressure_status.is_some() {
            let path = "vitals.bloodPressureStatus".to_owned();
            draft.leave_out(path, "a status without a pressure is not part of the document");
        }
        return None;
    }
    let measure = &vital::BLOOD_PRESSURE;
    let number = |half: Option<&'a Decimal>| half.map_or("not recorded", Decimal::as_str);
    let line = line([
        Some(&format!(
            "Blood pressure: {} / {} {}",
            number(systolic),
            number(diastolic),
            measure.unit
        )),
        vitals.blood_pressure_status.as_deref(),
    ]);
    let halves =
        vec![component(&vital::SYSTOLIC, systolic), component(&vital::DIASTOLIC, diastolic)];
    let status = vitals.blood_pressure_status.as_ref();
    let outcome = Outcome::Component(halves);
    let observation = Observation {
        interpretation: status.map(|status| [CodeableConcept::text(status)]),
        ..observation(draft, vitals, "blood-pressure", measure, outcome, &line)
    };
    Some(draft.add(observation, "Blood pressure", line))
}

fn component<'a>(measure: &'static Measure, value: Option<&'a Decimal>) -> Component<'a> {
    let outcome = match value {
        Some(value) => Outcome::ValueQuantity(quantity(measure, value)),
        None => unknown(),
    };
    Component { code: code(measure), outcome }
}

/// A value that should be there and is not.
pub(super) fn unknown() -> Outcome<'static> {
    let unknown = Coding::new(system::DATA_ABSENT_REASON, "unknown", "Unknown");
    Outcome::DataAbsentReason(CodeableConcept::coded(unknown))
}

fn quantity<'a>(measure: &'static Measure, value: &'a Decimal) -> Quantity<'a> {
    Quantity::ucum(Number::Written(value), measure.unit, measure.ucum)
}

fn code(measure: &'static Measure) -> CodeableConcept<'static> {
    let loinc = Coding::new(system::LOINC, measure.code, measure.display);
    CodeableConcept::worded(measure.display, [loinc])
}

/// All that is the same for every measure of the round.
fn observation<'a>(
    draft: &mut Draft<'a>,
    vitals: &'a Vitals,
    name: &str,
    measure: &'static Measure,
    outcome: Outcome<'a>,
    line: &str,
) -> Observation<'a> {
    let category = Coding::new(system::OBSERVATION_CATEGORY, "vital-signs", "Vital Signs");
    let measured = draft.at(vitals.recorded_at.as_ref());
    Observation {
        id: draft.id(&format!("vital/{name}")),
        meta: Meta::of(measure.profile),
        text: Narrative::paragraph(line),
        status: "final",
        category: [CodeableConcept::coded(category)],
        code: code(measure),
        subject: draft.patient(),
        encounter: draft.encounter(),
        effective_date_time: measured.as_str(),
        performer: [draft.practitioner()],
        outcome,
        interpretation: None,
        note: vec![],
        reference_range: None,
    }
}
