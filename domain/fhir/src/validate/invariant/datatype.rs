//! Data types: quantities, periods, references and the like.

use std::cmp::Ordering;

use super::{Invariant, Scope};
use crate::rules::name::Name;
use crate::validate::primitive::Order;
use crate::validate::tape::View;

const UCUM: &str = "http://unitsofmeasure.org";
const CURRENCIES: &str = "urn:iso:std:iso:4217";

fn number(at: View<'_>, name: Name) -> Option<f64> {
    at.member(name)?.literal().parse().ok()
}

/// A value with a unit from one system: no value without code, and no other system.
fn is_of_system(at: View<'_>, system: &str) -> bool {
    (at.has(Name::CODE) || !at.has(Name::VALUE))
        && at.member(Name::SYSTEM).is_none_or(|found| found.text() == Some(system))
}

fn count_is_whole(scope: &Scope<'_, '_>) -> bool {
    is_of_system(scope.at, UCUM)
        && scope.at.member(Name::CODE).is_none_or(|code| code.text() == Some("1"))
        && scope.at.member(Name::VALUE).is_none_or(|value| !value.literal().contains('.'))
}

fn points_at_a_contained_resource(scope: &Scope<'_, '_>) -> bool {
    let target = scope.at.text_of(Name::REFERENCE).and_then(|target| target.strip_prefix('#'));
    // `#` alone is the resource around.
    target.is_none_or(|id| {
        id.is_empty() || scope.container.each(Name::CONTAINED).any(|inner| inner.is(Name::ID, id))
    })
}

pub(super) const INVARIANTS: &[Invariant] = &[
    Invariant::new(
        "age-1",
        |scope| {
            is_of_system(scope.at, UCUM)
                && number(scope.at, Name::VALUE).is_none_or(|age| age > 0.0)
        },
        "an age is above zero and has the UCUM code of its unit",
        "correct the value, and add system http://unitsofmeasure.org and code",
    ),
    Invariant::new(
        "att-1",
        |scope| !scope.at.has(Name::DATA) || scope.at.has(Name::CONTENT_TYPE),
        "the attachment has data, and does not say of which kind",
        "add contentType, such as application/pdf",
    ),
    Invariant::new(
        "cnt-3",
        count_is_whole,
        "a count is a whole number with the UCUM code 1",
        "write the value without point, and add system and code",
    ),
    Invariant::new(
        "cpt-2",
        |scope| !scope.at.has(Name::VALUE) || scope.at.has(Name::SYSTEM),
        "the contact has a value, and does not say whether it is a phone or something else",
        "add system, such as phone",
    ),
    Invariant::new(
        "dis-1",
        |scope| is_of_system(scope.at, UCUM),
        "a distance has the UCUM code of its unit",
        "add system http://unitsofmeasure.org and code",
    ),
    Invariant::new(
        "drq-1",
        |scope| scope.at.has(Name::PATH) != scope.at.has(Name::SEARCH_PARAM),
        "the filter needs either a path or a search parameter",
        "keep one of them",
    ),
    Invariant::new(
        "drq-2",
        |scope| scope.at.has(Name::PATH) != scope.at.has(Name::SEARCH_PARAM),
        "the filter needs either a path or a search parameter",
        "keep one of them",
    ),
    Invariant::new(
        "drt-1",
        |scope| {
            !scope.at.has(Name::CODE)
                || (scope.at.is(Name::SYSTEM, UCUM) && scope.at.has(Name::VALUE))
        },
        "a duration with a code needs the UCUM system and a value",
        "add system http://unitsofmeasure.org and value",
    ),
    Invariant::elsewhere("ele-1"),
    Invariant::new(
        "exp-1",
        |scope| scope.at.has(Name::EXPRESSION) || scope.at.has(Name::REFERENCE),
        "the expression says nothing",
        "add expression or reference",
    ),
    Invariant::new(
        "ext-1",
        |scope| scope.at.has(Name::EXTENSION) != scope.at.has_choice("value"),
        "an extension has either a value or extensions inside, not both and not neither",
        "give it one of them",
    ),
    Invariant::new(
        "mqty-1",
        |scope| is_of_system(scope.at, CURRENCIES),
        "an amount of money has a code of ISO 4217",
        "add system urn:iso:std:iso:4217 and code, such as INR",
    ),
    Invariant::new(
        "per-1",
        |scope| {
            let ends = scope.at.text_of(Name::START).zip(scope.at.text_of(Name::END));
            ends.is_none_or(|(start, end)| Order::of(start, end) != Some(Ordering::Greater))
        },
        "the period ends before it starts",
        "correct start or end; mind the zones",
    ),
    Invariant::new(
        "qty-3",
        |scope| !scope.at.has(Name::CODE) || scope.at.has(Name::SYSTEM),
        "the code of a unit needs its system",
        "add system, such as http://unitsofmeasure.org",
    ),
    Invariant::new(
        "rat-1",
        |scope| {
            let at = scope.at;
            at.has(Name::NUMERATOR) == at.has(Name::DENOMINATOR)
                && (at.has(Name::NUMERATOR) || at.has(Name::EXTENSION))
        },
        "a ratio has a numerator and a denominator",
        "add the one that is missing",
    ),
    Invariant::new(
        "ref-1",
        points_at_a_contained_resource,
        "the reference points at a contained resource that is not there",
        "contain the resource, or correct the id behind #",
    ),
    Invariant::new(
        "rng-2",
        |scope| {
            let end = |name| scope.at.member(name).and_then(|end| number(end, Name::VALUE));
            end(Name::LOW).zip(end(Name::HIGH)).is_none_or(|(low, high)| low <= high)
        },
        "the range has its low end above its high end",
        "exchange them",
    ),
    Invariant::new(
        "sqty-1",
        |scope| !scope.at.has(Name::COMPARATOR),
        "this quantity must be exact",
        "remove the comparator",
    ),
    Invariant::elsewhere("txt-1"),
    Invariant::elsewhere("txt-2"),
];
