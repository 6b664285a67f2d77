//! People, organisations, groups and money.

use super::{Invariant, Scope};
use crate::rules::name::Name;

fn is_named(scope: &Scope<'_, '_>) -> bool {
    scope.at.has(Name::IDENTIFIER) || scope.at.has(Name::NAME)
}

/// The element may be a list or one of its items.
fn is_not_at_home(scope: &Scope<'_, '_>) -> bool {
    !scope.at.is(Name::USE, "home")
}

fn acts_for_a_practitioner(scope: &Scope<'_, '_>) -> bool {
    let member = scope.at.member(Name::MEMBER).and_then(|member| member.text_of(Name::REFERENCE));
    let kind = member.and_then(scope.type_at);
    !scope.at.has(Name::ON_BEHALF_OF) || kind.is_none_or(|kind| kind == "Practitioner")
}

pub(super) const INVARIANTS: &[Invariant] = &[
    Invariant::new(
        "ces-1",
        |scope| scope.at.has(Name::CATEGORY) != scope.at.has(Name::PRODUCT_OR_SERVICE),
        "the item needs either a category or a product or service",
        "keep one of them",
    ),
    Invariant::new(
        "ctm-1",
        acts_for_a_practitioner,
        "only a practitioner can act on behalf of an organisation",
        "remove onBehalfOf, or let the member be a Practitioner",
    ),
    Invariant::new(
        "grp-1",
        |scope| {
            let actual = scope.at.member(Name::ACTUAL);
            !scope.at.has(Name::MEMBER) || actual.is_some_and(|actual| actual.literal() == "true")
        },
        "a group with members must be an actual one",
        "set actual to true, or remove the members",
    ),
    Invariant::new(
        "ipn-1",
        is_named,
        "the insurance plan has neither a name nor an identifier",
        "add one of them",
    ),
    Invariant::new(
        "org-1",
        is_named,
        "the organisation has neither a name nor an identifier",
        "add one of them",
    ),
    Invariant::new(
        "org-2",
        is_not_at_home,
        "an organisation has no home address",
        "set use to work",
    ),
    Invariant::new("org-3", is_not_at_home, "an organisation has no home phone", "set use to work"),
    Invariant::new(
        "pat-1",
        |scope| {
            let ways = [Name::NAME, Name::TELECOM, Name::ADDRESS, Name::ORGANIZATION];
            ways.iter().any(|name| scope.at.has(*name))
        },
        "the contact of the patient says neither who nor how to reach",
        "add a name, a telecom, an address or an organization",
    ),
    Invariant::new(
        "qrs-1",
        |scope| !scope.at.has(Name::ANSWER) || !scope.at.has(Name::ITEM),
        "the item has both an answer and items",
        "put the items into the answer",
    ),
];
