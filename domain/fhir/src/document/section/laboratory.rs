//! What a laboratory found: one report per test, one observation per component of it.

mod range;
mod reading;
mod result;
mod specimen;

use super::{coding, investigation_advice};
use crate::document::draft::{Draft, Item};
use crate::model::datatype::{CodeableConcept, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{DiagnosticReport, Evidence};
use crate::terminology::system;
use crate::visit::{LabTest, Moment};

/// The reports of all tests that have results.
pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let tests = draft.visit.lab_tests.iter().enumerate();
    tests
        .filter(|(_, test)| test.has_results())
        .map(|(index, test)| report(draft, index, test))
        .collect()
}

/// The report of one test that has results.
pub(in crate::document) fn report<'a>(
    draft: &mut Draft<'a>,
    index: usize,
    test: &'a LabTest,
) -> Item<'a> {
    let name = &test.procedure_name;
    let results = result::items(draft, index, test);
    let specimen = specimen::item(draft, index, test);
    let order =
        test.ordered_at.as_ref().map(|_| investigation_advice::order(draft, index, test, true));
    let loinc = coding(system::LOINC, test.loinc_code.as_ref(), test.loinc_term.as_ref(), name);
    let conclusion = conclusion(test);
    let lines: Vec<&str> = results.iter().map(|result| result.line.as_str()).collect();
    let line = format!("{name}: {}. {conclusion}", lines.join("; "));
    let reader = draft.cast.interpreter(test.interpreted_by.as_ref());
    let issued = test.result_at.as_ref().map(|it| draft.at(Some(it)));
    let is_complete = test.components.iter().all(|component| component.value.is_some());
    draft.is_incomplete |= !is_complete;
    let report = DiagnosticReport {
        id: draft.id(&format!("lab/{index}")),
        meta: Meta::of(profile::DIAGNOSTIC_REPORT_LAB),
        text: Narrative::list(lines.into_iter().chain([conclusion.as_str()])),
        based_on: order.map(|order| [order.reference]),
        status: if is_complete { "final" } else { "partial" },
        code: CodeableConcept::worded(name, loinc),
        subject: draft.patient(),
        encounter: draft.encounter(),
        effective_date_time: taken_at(draft, test).as_str(),
        issued: issued.map(Moment::as_str),
        performer: draft.cast.performers(reader.is_some()),
        // The profile wants a reader; when nobody is known to be one, the facility answers for it.
        results_interpreter: [reader.unwrap_or_else(|| draft.organization())],
        specimen: specimen.map(|specimen| [specimen.reference]),
        evidence: Evidence::Result(results.into_iter().map(|result| result.reference).collect()),
        conclusion: conclusion.into(),
    };
    draft.add(report, name, line)
}

/// In the words of the interpreter and the laboratory; the profile wants one in any case.
fn conclusion(test: &LabTest) -> String {
    match (&test.conclusion, &test.remarks) {
        (Some(conclusion), Some(remarks)) if conclusion != remarks => {
            format!("{conclusion}; {remarks}")
        }
        (Some(words), _) | (None, Some(words)) => words.clone(),
        (None, None) => "Results recorded; see values".to_owned(),
    }
}

/// When what was measured was so: at the taking of the specimen, as far as it is known.
fn taken_at<'a>(draft: &mut Draft<'a>, test: &'a LabTest) -> &'a Moment {
    let collected = test.specimen.as_ref().and_then(|specimen| specimen.collected_at.as_ref());
    draft.at(collected.or(test.result_at.as_ref()))
}
