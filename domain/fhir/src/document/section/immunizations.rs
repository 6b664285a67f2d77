//! Vaccine doses: given, and due.

use super::line;
use crate::document::draft::{Draft, Item};
use crate::model::datatype::{Annotation, CodeableConcept, Coding, Meta, Reference};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{
    DateCriterion, DueDose, Immunization, ImmunizationRecommendation, Protocol,
};
use crate::terminology::system;
use crate::visit::{Immunization as Dose, PartialDate};

/// The doses that were given, then one resource with all that are due. A dose of which neither date
/// is known says nothing that could be told, and is reported.
pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let mut items = vec![];
    let mut due = vec![];
    for (index, dose) in draft.visit.immunizations.iter().enumerate() {
        match (&dose.received_date, &dose.due_date) {
            (Some(received), _) => items.push(given(draft, index, dose, received)),
            (None, Some(date)) => due.push((dose, date)),
            (None, None) => {
                let path = format!("immunizations[{index}]");
                draft.leave_out(path, "a dose without a date, given or due, is not told");
            }
        }
    }
    if !due.is_empty() {
        items.push(recommendation(draft, &due));
    }
    items
}

fn given<'a>(
    draft: &mut Draft<'a>,
    index: usize,
    dose: &'a Dose,
    received: &'a PartialDate,
) -> Item<'a> {
    if dose.dose_number.is_none() && dose.series_doses.is_some() {
        let path = format!("immunizations[{index}].seriesDoses");
        draft.leave_out(path, "the length of a series is not told without the dose's number");
    }
    let schedule = dose.scheduled_age.as_ref().map(|age| format!("Schedule: {age}"));
    let line = line([
        Some(&dose.vaccine_name),
        Some(&format!("given {}", received.as_str())),
        which(dose).as_deref(),
        dose.facility_name.as_ref().map(|place| format!("at {place}")).as_deref(),
        dose.lot_number.as_ref().map(|lot| format!("lot {lot}")).as_deref(),
    ]);
    let resource = Immunization {
        id: draft.id(&format!("immunization/{index}")),
        meta: Meta::of(profile::IMMUNIZATION),
        text: Narrative::paragraph(&line),
        status: "completed",
        vaccine_code: vaccine(dose),
        patient: draft.patient(),
        occurrence_date_time: received.as_str(),
        recorded: dose.recorded_at.as_ref().map(|it| draft.at(Some(it)).as_str()),
        location: dose.facility_name.as_ref().map(Reference::named),
        manufacturer: dose.manufacturer.as_ref().map(Reference::named),
        lot_number: dose.lot_number.as_deref(),
        expiration_date: dose.expiry_date.as_ref().map(PartialDate::as_str),
        note: schedule.into_iter().map(|text| Annotation { text: text.into() }).collect(),
        protocol_applied: dose.dose_number.map(|number| {
            let series = dose.series_doses;
            [Protocol { dose_number_positive_int: number, series_doses_positive_int: series }]
        }),
    };
    draft.add(resource, &dose.vaccine_name, line)
}

fn recommendation<'a>(draft: &mut Draft<'a>, due: &[(&'a Dose, &'a PartialDate)]) -> Item<'a> {
    let lines: Vec<String> = due
        .iter()
        .map(|(dose, date)| {
            let due = format!("due {}", date.as_str());
            line([Some(&dose.vaccine_name), which(dose).as_deref(), Some(&due)])
        })
        .collect();
    let resource = ImmunizationRecommendation {
        id: draft.id("immunization-recommendation"),
        meta: Meta::of(profile::IMMUNIZATION_RECOMMENDATION),
        text: Narrative::list(lines.iter().map(String::as_str)),
        patient: draft.patient(),
        date: draft.visit.visit.visit_date.as_str(),
        authority: draft.organization(),
        recommendation: due.iter().map(|(dose, date)| due_dose(dose, date)).collect(),
    };
    draft.add(resource, "Doses that are due", lines.join("; "))
}

fn due_dose<'a>(dose: &'a Dose, date: &'a PartialDate) -> DueDose<'a> {
    let due = Coding::new(system::RECOMMENDATION_STATUS, "due", "Due");
    let date_due = Coding::new(system::LOINC, "30980-7", "Date vaccine due");
    DueDose {
        vaccine_code: [vaccine(dose)],
        forecast_status: CodeableConcept::coded(due),
        date_criterion: [DateCriterion {
            code: CodeableConcept::coded(date_due),
            value: date.as_str(),
        }],
        description: dose.scheduled_age.as_ref().map(|age| format!("Schedule: {age}").into()),
        dose_number_positive_int: dose.dose_number,
        series_doses_positive_int: dose.series_doses,
    }
}

fn vaccine(dose: &Dose) -> CodeableConcept<'_> {
    let (code, term) = (dose.sct_code.as_ref(), dose.sct_term.as_ref());
    let snomed = super::coding(system::SNOMED_CT, code, term, &dose.vaccine_name);
    CodeableConcept::worded(&dose.vaccine_name, snomed)
}

/// `dose 2 of 3`.
fn which(dose: &Dose) -> Option<String> {
    let number = dose.dose_number?;
    Some(match dose.series_doses {
        Some(all) => format!("dose {number} of {all}"),
        None => format!("dose {number}"),
    })
}
