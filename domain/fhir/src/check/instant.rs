//! The `instant` of FHIR.

use crate::visit::Moment;

/// A full date and time with seconds and zone, of a day that exists.
pub(super) fn is_instant(text: &str) -> bool {
    Moment::parse(text).is_some()
}
