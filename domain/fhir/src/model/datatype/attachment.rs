//! Bytes.

use serde::Serialize;

use crate::model::Text;

/// The data is inline: the guide's profiles want it so.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attachment<'a> {
    pub(crate) content_type: Text<'a>,
    /// Base64 with padding.
    pub(crate) data: Text<'a>,
    pub(crate) title: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) creation: Option<&'a str>,
}
