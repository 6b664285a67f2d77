//! Appointments, tasks and timing.

use std::cmp::Ordering;

use super::{Invariant, Scope};
use crate::rules::name::Name;
use crate::validate::primitive::Order;

fn has(scope: &Scope<'_, '_>, name: Name) -> bool {
    scope.at.has(name)
}

/// The first needs the second.
fn needs(scope: &Scope<'_, '_>, name: Name, other: Name) -> bool {
    !has(scope, name) || has(scope, other)
}

fn is_not_negative(scope: &Scope<'_, '_>, name: Name) -> bool {
    let value = scope.at.member(name);
    value.is_none_or(|value| value.literal().parse().is_ok_and(|value: f64| value >= 0.0))
}

/// An offset counts from an event of the day; these four are no points but whole meals.
fn offset_has_an_event(scope: &Scope<'_, '_>) -> bool {
    let is_meal = |code: &str| matches!(code, "C" | "CM" | "CD" | "CV");
    let mut events = scope.at.each(Name::WHEN);
    !has(scope, Name::OFFSET)
        || (has(scope, Name::WHEN) && !events.any(|event| event.text().is_some_and(is_meal)))
}

fn triggers_fit(scope: &Scope<'_, '_>) -> bool {
    let kind = scope.at.text_of(Name::TYPE).unwrap_or_default();
    (kind != "named-event" || has(scope, Name::NAME))
        && (kind != "periodic" || scope.at.has_choice("timing"))
        && (!kind.starts_with("data-") || has(scope, Name::DATA))
}

pub(super) const INVARIANTS: &[Invariant] = &[
    Invariant::new(
        "app-1",
        |scope| has(scope, Name::TYPE) || has(scope, Name::ACTOR),
        "the participant is neither named nor described",
        "add actor or type",
    ),
    Invariant::new(
        "app-2",
        |scope| has(scope, Name::START) == has(scope, Name::END),
        "an appointment has a start and an end, or neither",
        "add the one that is missing",
    ),
    Invariant::new(
        "app-3",
        |scope| {
            let status = scope.at.text_of(Name::STATUS).unwrap_or_default();
            (has(scope, Name::START) && has(scope, Name::END))
                || matches!(status, "proposed" | "cancelled" | "waitlist")
        },
        "only a proposed, cancelled or waiting appointment may do without start and end",
        "add start and end, or set status to proposed",
    ),
    Invariant::new(
        "app-4",
        |scope| {
            let status = scope.at.text_of(Name::STATUS).unwrap_or_default();
            !has(scope, Name::CANCELATION_REASON) || matches!(status, "noshow" | "cancelled")
        },
        "the appointment has a reason why it was cancelled, and was not",
        "set status to cancelled or noshow, or remove cancelationReason",
    ),
    Invariant::new(
        "inv-1",
        |scope| {
            let times =
                scope.at.text_of(Name::AUTHORED_ON).zip(scope.at.text_of(Name::LAST_MODIFIED));
            times.is_none_or(|(first, last)| Order::of(first, last) != Some(Ordering::Greater))
        },
        "the task was changed before it was written",
        "correct authoredOn or lastModified",
    ),
    Invariant::new(
        "tim-1",
        |scope| needs(scope, Name::DURATION, Name::DURATION_UNIT),
        "the duration has no unit",
        "add durationUnit",
    ),
    Invariant::new(
        "tim-2",
        |scope| needs(scope, Name::PERIOD, Name::PERIOD_UNIT),
        "the period has no unit",
        "add periodUnit",
    ),
    Invariant::new(
        "tim-4",
        |scope| is_not_negative(scope, Name::DURATION),
        "the duration is negative",
        "correct it",
    ),
    Invariant::new(
        "tim-5",
        |scope| is_not_negative(scope, Name::PERIOD),
        "the period is negative",
        "correct it",
    ),
    Invariant::new(
        "tim-6",
        |scope| needs(scope, Name::PERIOD_MAX, Name::PERIOD),
        "the longest period needs a period",
        "add period",
    ),
    Invariant::new(
        "tim-7",
        |scope| needs(scope, Name::DURATION_MAX, Name::DURATION),
        "the longest duration needs a duration",
        "add duration",
    ),
    Invariant::new(
        "tim-8",
        |scope| needs(scope, Name::COUNT_MAX, Name::COUNT),
        "the highest count needs a count",
        "add count",
    ),
    Invariant::new(
        "tim-9",
        offset_has_an_event,
        "an offset needs a point of the day, such as before breakfast",
        "add when, other than C, CM, CD and CV, or remove offset",
    ),
    Invariant::new(
        "tim-10",
        |scope| !has(scope, Name::TIME_OF_DAY) || !has(scope, Name::WHEN),
        "times of the day and events of the day exclude each other",
        "keep timeOfDay or when",
    ),
    Invariant::new(
        "trd-1",
        |scope| !has(scope, Name::DATA) || !scope.at.has_choice("timing"),
        "a trigger fires on data or on time, not on both",
        "keep one of them",
    ),
    Invariant::new(
        "trd-2",
        |scope| needs(scope, Name::CONDITION, Name::DATA),
        "the condition of a trigger needs data",
        "add data",
    ),
    Invariant::new(
        "trd-3",
        triggers_fit,
        "the trigger lacks what its type asks for",
        "add a name, a timing or data",
    ),
];
