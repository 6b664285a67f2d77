//! Numbers with units.

use serde::Serialize;

use crate::model::Text;
use crate::terminology::system;
use crate::visit::Decimal;

#[derive(Clone, Serialize)]
#[serde(untagged)]
pub(crate) enum Number<'a> {
    /// As the sender wrote it, trailing zeros included.
    Written(&'a Decimal),
    /// Read out of a text.
    Read(Decimal),
    Whole(i64),
}

#[derive(Serialize)]
pub(crate) struct Quantity<'a> {
    value: Number<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comparator: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<Text<'a>>,
}

impl<'a> Quantity<'a> {
    /// With a UCUM code beside the unit for people.
    pub(crate) fn ucum(
        value: Number<'a>,
        unit: impl Into<Text<'a>>,
        code: impl Into<Text<'a>>,
    ) -> Self {
        let (unit, code) = (Some(unit.into()), Some(code.into()));
        Self { value, comparator: None, unit, system: Some(system::UCUM), code }
    }

    pub(crate) fn plain(value: Number<'a>, unit: Option<Text<'a>>) -> Self {
        Self { value, comparator: None, unit, system: None, code: None }
    }

    /// The value lies on that side of the number.
    pub(crate) fn compared(self, comparator: Option<&'static str>) -> Self {
        Self { comparator, ..self }
    }
}
