//! What every document carries: the patient, who answers for it, where, and the visit.

mod encounter;
mod organization;
mod patient;
mod practitioner;
mod practitioner_role;

pub(super) use self::encounter::{encounter, is_open, is_stay_open};
pub(super) use self::organization::organization;
pub(super) use self::patient::patient;
pub(super) use self::practitioner::practitioners;
pub(super) use self::practitioner_role::practitioner_roles;

use crate::model::Text;

/// FHIR wants ISO 3166 codes; of the names that records use, only this one is certain.
fn country(name: &str) -> Text<'_> {
    if name.trim().eq_ignore_ascii_case("India") { "IN".into() } else { name.into() }
}
