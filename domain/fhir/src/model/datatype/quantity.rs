//! Numbers with units.

use serde::Serialize;

use crate::model::Text;
use crate::terminology::system;
use crate::visit::Decimal;

#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Number<'a> {
    /// As the sender wrote it, trailing zeros included.
    Written(&'a Decimal),
    Whole(i64),
}

#[derive(Serialize)]
pub(crate) struct Quantity<'a> {
    value: Number<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
}

impl<'a> Quantity<'a> {
    /// With a UCUM code beside the unit for people.
    pub(crate) fn ucum(value: Number<'a>, unit: impl Into<Text<'a>>, code: &'static str) -> Self {
        Self { value, unit: Some(unit.into()), system: Some(system::UCUM), code: Some(code) }
    }

    pub(crate) fn plain(value: Number<'a>, unit: Option<Text<'a>>) -> Self {
        Self { value, unit, system: None, code: None }
    }
}
