//! Pointers from one resource of the document to another.

use std::fmt;

use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::model::Text;

/// `urn:uuid:…`, the only form of `fullUrl` and of reference that the documents use.
#[derive(Clone, Copy)]
pub(crate) struct Urn(pub(crate) Uuid);

impl fmt::Display for Urn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.urn().fmt(f)
    }
}

impl Serialize for Urn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.urn().encode_lower(&mut Uuid::encode_buffer()))
    }
}

#[derive(Clone, Serialize)]
pub(crate) struct Reference<'a> {
    #[serde(rename = "reference", skip_serializing_if = "Option::is_none")]
    target: Option<Urn>,
    /// Always the type of the target: four document profiles require it in section entries.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    display: Text<'a>,
}

impl<'a> Reference<'a> {
    pub(crate) fn to(kind: &'static str, id: Uuid, display: impl Into<Text<'a>>) -> Self {
        Self { target: Some(Urn(id)), kind: Some(kind), display: display.into() }
    }

    /// Somebody who is known by name only.
    pub(crate) fn named(display: impl Into<Text<'a>>) -> Self {
        Self { target: None, kind: None, display: display.into() }
    }

    pub(crate) fn display(&self) -> &str {
        &self.display
    }
}
