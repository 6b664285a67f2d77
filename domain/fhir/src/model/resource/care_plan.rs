//! What the patient was told to do.

use serde::Serialize;
use uuid::Uuid;

use crate::model::Text;
use crate::model::datatype::{Meta, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CarePlan<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) status: &'static str,
    pub(crate) intent: &'static str,
    pub(crate) title: &'static str,
    pub(crate) description: Text<'a>,
    pub(crate) subject: Reference<'a>,
    pub(crate) encounter: Reference<'a>,
    pub(crate) author: Reference<'a>,
}
