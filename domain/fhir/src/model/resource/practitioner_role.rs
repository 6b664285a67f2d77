//! The post that somebody holds at the facility.

use serde::Serialize;
use uuid::Uuid;

use crate::model::datatype::{CodeableConcept, Meta, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PractitionerRole<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) practitioner: Reference<'a>,
    pub(crate) organization: Reference<'a>,
    /// The profile admits SNOMED CT codings only; other posts travel as text.
    pub(crate) code: [CodeableConcept<'a>; 1],
}
