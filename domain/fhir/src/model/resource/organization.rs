//! The facility.

use serde::Serialize;
use uuid::Uuid;

use crate::model::datatype::{Address, Identifier, Meta};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Organization<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) identifier: [Identifier<'a>; 1],
    pub(crate) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<[Address<'a>; 1]>,
}
