//! The invariants of R4, each a function of a few lines.
//!
//! The guide adds none of its own. FHIR writes them as `FHIRPath` expressions; there are too few to
//! bring an interpreter along, and a function can be read and tested. The compiler of the rules
//! refuses a guide that needs an invariant which is not here.

mod bundle;
mod clinical;
mod datatype;
mod people;
mod resource;
mod schedule;

use super::tape::View;

/// Where an invariant is checked.
pub(crate) struct Scope<'s, 't> {
    /// The element that has it.
    pub(crate) at: View<'t>,
    /// The resource around it; around a contained resource, the one that contains it.
    pub(crate) container: View<'t>,
    /// The type of the resource in the entry with this address; `None` if there is none.
    pub(crate) type_at: &'s dyn Fn(&str) -> Option<&'t str>,
}

/// How an invariant is held.
pub(crate) enum Check {
    /// By this function: whether the invariant holds.
    Of(fn(&Scope<'_, '_>) -> bool),
    /// By this function, when advice was asked for.
    Advice(fn(&Scope<'_, '_>) -> bool),
    /// By the walk, the narrative reader or the rules of bundles, which can say more exactly where.
    Elsewhere,
}

/// An invariant, and what to tell when it does not hold.
pub(crate) struct Invariant {
    pub(crate) key: &'static str,
    pub(crate) check: Check,
    pub(crate) message: &'static str,
    pub(crate) mend: &'static str,
}

impl Invariant {
    const fn new(
        key: &'static str,
        holds: fn(&Scope<'_, '_>) -> bool,
        message: &'static str,
        mend: &'static str,
    ) -> Self {
        Self { key, check: Check::Of(holds), message, mend }
    }

    const fn elsewhere(key: &'static str) -> Self {
        Self { key, check: Check::Elsewhere, message: "", mend: "" }
    }

    pub(crate) fn is_structural(&self) -> bool {
        matches!(self.check, Check::Elsewhere)
    }
}

impl std::fmt::Debug for Invariant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key)
    }
}

const ALL: [&[Invariant]; 6] = [
    bundle::INVARIANTS,
    clinical::INVARIANTS,
    datatype::INVARIANTS,
    people::INVARIANTS,
    resource::INVARIANTS,
    schedule::INVARIANTS,
];

/// The invariant of that key.
pub(crate) fn find(key: &str) -> Option<&'static Invariant> {
    ALL.into_iter().flatten().find(|known| known.key == key)
}

#[cfg(test)]
mod tests;
