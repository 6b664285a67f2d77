//! Every resource: narratives, and resources inside of resources.

use super::{Check, Invariant, Scope};
use crate::rules::name::Name;
use crate::validate::tape::View;

/// Every contained resource is pointed at from the resource around it, or points back at it.
fn contained_are_used(scope: &Scope<'_, '_>) -> bool {
    if !scope.at.has(Name::CONTAINED) {
        return true;
    }
    let texts = scope.at.descendants().filter_map(View::text);
    let mut used: Vec<&str> = texts.filter_map(|text| text.strip_prefix('#')).collect();
    used.sort_unstable();
    scope.at.each(Name::CONTAINED).all(|inner| {
        let id = inner.text_of(Name::ID).unwrap_or_default();
        let is_pointed_at = !id.is_empty() && used.binary_search(&id).is_ok();
        is_pointed_at || inner.descendants().any(|value| value.text() == Some("#"))
    })
}

/// Whether no contained resource has a member of that name in its `meta`.
fn contained_meta_lacks(scope: &Scope<'_, '_>, name: Name) -> bool {
    let metas = scope.at.each(Name::CONTAINED).filter_map(|inner| inner.member(Name::META));
    metas.into_iter().all(|meta| !meta.has(name))
}

pub(super) const INVARIANTS: &[Invariant] = &[
    Invariant::new(
        "dom-2",
        |scope| scope.at.each(Name::CONTAINED).all(|inner| !inner.has(Name::CONTAINED)),
        "a contained resource contains another",
        "contain both in the outer resource",
    ),
    Invariant::new(
        "dom-3",
        contained_are_used,
        "a contained resource is not referred to",
        "point at it with #id, or remove it",
    ),
    Invariant::new(
        "dom-4",
        |scope| {
            contained_meta_lacks(scope, Name::VERSION_ID)
                && contained_meta_lacks(scope, Name::LAST_UPDATED)
        },
        "a contained resource has no versions of its own",
        "remove versionId and lastUpdated from its meta",
    ),
    Invariant::new(
        "dom-5",
        |scope| contained_meta_lacks(scope, Name::SECURITY),
        "a contained resource has no security label of its own",
        "remove security from its meta",
    ),
    Invariant {
        key: "dom-6",
        check: Check::Advice(|scope| {
            scope.at.member(Name::TEXT).is_some_and(|text| text.has(Name::DIV))
        }),
        message: "the resource has no text for people",
        mend: "add text with status and div",
    },
];
