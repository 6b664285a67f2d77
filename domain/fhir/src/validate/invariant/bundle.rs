//! Bundles and what is on their first page.

use super::Invariant;
use crate::rules::name::Name;

pub(super) const INVARIANTS: &[Invariant] = &[
    Invariant::elsewhere("bdl-1"),
    Invariant::elsewhere("bdl-2"),
    Invariant::elsewhere("bdl-3"),
    Invariant::elsewhere("bdl-4"),
    Invariant::elsewhere("bdl-5"),
    Invariant::elsewhere("bdl-7"),
    Invariant::elsewhere("bdl-8"),
    Invariant::new(
        "bdl-9",
        |scope| {
            let identifier = scope.at.member(Name::IDENTIFIER);
            !scope.at.is(Name::TYPE, "document")
                || identifier.is_some_and(|one| one.has(Name::SYSTEM) && one.has(Name::VALUE))
        },
        "a document needs a name of its own: an identifier with system and value",
        "add Bundle.identifier with system and value, and never use it for another document",
    ),
    Invariant::new(
        "bdl-10",
        |scope| !scope.at.is(Name::TYPE, "document") || scope.at.member(Name::TIMESTAMP).is_some(),
        "a document needs the time when it was put together",
        "add Bundle.timestamp with date, time, seconds and zone",
    ),
    Invariant::elsewhere("bdl-11"),
    Invariant::new(
        "bdl-12",
        |scope| {
            let first = scope.at.each(Name::ENTRY).next();
            let resource = first.and_then(|first| first.member(Name::RESOURCE));
            !scope.at.is(Name::TYPE, "message")
                || resource.is_some_and(|one| one.is(Name::RESOURCE_TYPE, "MessageHeader"))
        },
        "a message must begin with its MessageHeader",
        "put the MessageHeader into the first entry, or send a bundle of type document",
    ),
    Invariant::new(
        "cmp-1",
        |scope| [Name::TEXT, Name::ENTRY, Name::SECTION].iter().any(|name| scope.at.has(*name)),
        "the section is empty: it has neither a text nor entries nor sections inside",
        "leave the section out, or give it a text or entries",
    ),
    Invariant::new(
        "cmp-2",
        |scope| !scope.at.has(Name::EMPTY_REASON) || !scope.at.has(Name::ENTRY),
        "the section says why it is empty, and has entries",
        "remove emptyReason, or the entries",
    ),
];
