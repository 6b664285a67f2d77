//! Findings, orders and treatments.

use super::{Invariant, Scope};
use crate::rules::name::Name;
use crate::validate::tape::View;

const UCUM: &str = "http://unitsofmeasure.org";
const ALLERGY_VERIFICATION: &str =
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
const CONDITION_VERIFICATION: &str = "http://terminology.hl7.org/CodeSystem/condition-ver-status";
const CONDITION_CLINICAL: &str = "http://terminology.hl7.org/CodeSystem/condition-clinical";

/// Whether a concept has that coding.
fn has_coding(concept: Option<View<'_>>, system: &str, code: &str) -> bool {
    let mut codings = concept.into_iter().flat_map(|concept| concept.each(Name::CODING));
    codings.any(|coding| coding.is(Name::SYSTEM, system) && coding.is(Name::CODE, code))
}

fn is_entered_in_error(at: View<'_>, system: &str) -> bool {
    has_coding(at.member(Name::VERIFICATION_STATUS), system, "entered-in-error")
}

/// What makes two codings the same.
fn coding(at: View<'_>) -> [Option<&str>; 3] {
    [Name::SYSTEM, Name::CODE, Name::DISPLAY].map(|name| at.text_of(name))
}

fn codings(concept: Option<View<'_>>) -> impl Iterator<Item = [Option<&str>; 3]> {
    concept.into_iter().flat_map(|concept| concept.each(Name::CODING)).map(coding)
}

fn no_component_repeats_the_code(scope: &Scope<'_, '_>) -> bool {
    if !scope.at.has_choice("value") || !scope.at.has(Name::COMPONENT) {
        return true;
    }
    let mut own: Vec<_> = codings(scope.at.member(Name::CODE)).collect();
    own.sort_unstable();
    let mut components = scope.at.each(Name::COMPONENT);
    !components.any(|component| {
        codings(component.member(Name::CODE)).any(|coding| own.binary_search(&coding).is_ok())
    })
}

fn is_percent(at: View<'_>, name: Name) -> bool {
    at.member(name).is_none_or(|end| end.is(Name::CODE, "%") && end.is(Name::SYSTEM, UCUM))
}

pub(super) const INVARIANTS: &[Invariant] = &[
    Invariant::new(
        "ait-1",
        |scope| {
            is_entered_in_error(scope.at, ALLERGY_VERIFICATION)
                || scope.at.has(Name::CLINICAL_STATUS)
        },
        "the allergy does not say whether it is active",
        "add clinicalStatus, unless verificationStatus is entered-in-error",
    ),
    Invariant::new(
        "ait-2",
        |scope| {
            !is_entered_in_error(scope.at, ALLERGY_VERIFICATION)
                || !scope.at.has(Name::CLINICAL_STATUS)
        },
        "the allergy was entered in error, and still has a clinical status",
        "remove clinicalStatus",
    ),
    Invariant::new(
        "con-1",
        |scope| scope.at.has(Name::SUMMARY) || scope.at.has(Name::ASSESSMENT),
        "the stage says nothing",
        "give it a summary or an assessment",
    ),
    Invariant::new(
        "con-2",
        |scope| scope.at.has(Name::CODE) || scope.at.has(Name::DETAIL),
        "the evidence says nothing",
        "give it a code or a detail",
    ),
    Invariant::new(
        "con-3",
        |scope| {
            let mut categories = scope.at.each(Name::CATEGORY);
            let is_problem = |category: View<'_>| {
                category.each(Name::CODING).any(|one| one.is(Name::CODE, "problem-list-item"))
            };
            scope.at.has(Name::CLINICAL_STATUS)
                || is_entered_in_error(scope.at, CONDITION_VERIFICATION)
                || !categories.any(is_problem)
        },
        "a problem of the problem list should say whether it is active",
        "add clinicalStatus",
    ),
    Invariant::new(
        "con-4",
        |scope| {
            let status = scope.at.member(Name::CLINICAL_STATUS);
            let is_over = ["resolved", "remission", "inactive"]
                .iter()
                .any(|code| has_coding(status, CONDITION_CLINICAL, code));
            is_over || !scope.at.has_choice("abatement")
        },
        "the condition has ended, but its clinical status is not inactive, remission or resolved",
        "set clinicalStatus to resolved, or remove the abatement",
    ),
    Invariant::new(
        "con-5",
        |scope| {
            !is_entered_in_error(scope.at, CONDITION_VERIFICATION)
                || !scope.at.has(Name::CLINICAL_STATUS)
        },
        "the condition was entered in error, and still has a clinical status",
        "remove clinicalStatus",
    ),
    Invariant::new(
        "cpl-3",
        |scope| !scope.at.has(Name::DETAIL) || !scope.at.has(Name::REFERENCE),
        "the activity has both a detail and a reference",
        "keep one of them",
    ),
    Invariant::new(
        "fhs-1",
        |scope| !scope.at.has_choice("age") || !scope.at.has_choice("born"),
        "the relative has both an age and a date of birth",
        "keep one of them",
    ),
    Invariant::new(
        "fhs-2",
        |scope| scope.at.has_choice("age") || !scope.at.has(Name::ESTIMATED_AGE),
        "an estimated age needs an age",
        "add age[x], or remove estimatedAge",
    ),
    Invariant::new(
        "gol-1",
        |scope| !scope.at.has_choice("detail") || scope.at.has(Name::MEASURE),
        "the target has a detail and no measure",
        "add the measure",
    ),
    Invariant::new(
        "imm-1",
        |scope| scope.at.has(Name::DOCUMENT_TYPE) || scope.at.has(Name::REFERENCE),
        "the education material is not named",
        "give it a documentType or a reference",
    ),
    Invariant::new(
        "imr-1",
        |scope| scope.at.has(Name::VACCINE_CODE) || scope.at.has(Name::TARGET_DISEASE),
        "the recommendation names neither a vaccine nor a disease",
        "add vaccineCode or targetDisease",
    ),
    Invariant::new(
        "nor-1",
        |scope| {
            let diets = [Name::ORAL_DIET, Name::SUPPLEMENT, Name::ENTERAL_FORMULA];
            diets.iter().any(|name| scope.at.has(*name))
        },
        "the nutrition order orders nothing",
        "add an oral diet, a supplement or an enteral formula",
    ),
    Invariant::new(
        "obs-3",
        |scope| [Name::LOW, Name::HIGH, Name::TEXT].iter().any(|name| scope.at.has(*name)),
        "the reference range has neither bounds nor a text",
        "add low, high or text, or leave the range out",
    ),
    Invariant::new(
        "obs-6",
        |scope| !scope.at.has(Name::DATA_ABSENT_REASON) || !scope.at.has_choice("value"),
        "the observation has a value, and a reason why it has none",
        "remove dataAbsentReason",
    ),
    Invariant::new(
        "obs-7",
        no_component_repeats_the_code,
        "a component repeats the code of the observation, which has a value itself",
        "give the value in one place only",
    ),
    Invariant::new(
        "prr-1",
        |scope| !scope.at.has(Name::ORDER_DETAIL) || scope.at.has(Name::CODE),
        "details of an order need the code of what is ordered",
        "add code",
    ),
    Invariant::new(
        "ras-1",
        |scope| is_percent(scope.at, Name::LOW) && is_percent(scope.at, Name::HIGH),
        "the bounds of a probability must be in percent",
        "give low and high the UCUM code %",
    ),
    Invariant::new(
        "ras-2",
        |scope| {
            let percent = scope.at.member(Name::PROBABILITY_DECIMAL);
            percent.is_none_or(|one| one.literal().parse().is_ok_and(|one: f64| one <= 100.0))
        },
        "the probability is above 100 percent",
        "correct it",
    ),
    Invariant::new(
        "vs-1",
        |scope| scope.at.text().is_none_or(|time| time.len() >= "2026-05-04".len()),
        "the time of a vital sign must name the day at least",
        "write a full date",
    ),
    Invariant::new(
        "vs-2",
        |scope| {
            scope.at.has(Name::COMPONENT)
                || scope.at.has(Name::HAS_MEMBER)
                || scope.at.has(Name::DATA_ABSENT_REASON)
                || scope.at.has_choice("value")
        },
        "the vital sign has neither a value nor a reason why not",
        "add value[x] or dataAbsentReason",
    ),
    Invariant::new(
        "vs-3",
        |scope| scope.at.has(Name::DATA_ABSENT_REASON) || scope.at.has_choice("value"),
        "the component has neither a value nor a reason why not",
        "add value[x] or dataAbsentReason",
    ),
];
