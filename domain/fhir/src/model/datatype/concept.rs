//! Codes with their words.

use serde::Serialize;

use crate::model::Text;

/// A code of a terminology. The guide wants system, code and display in every coding it names, so
/// none is optional: a code without a display is sent as text instead.
#[derive(Serialize)]
pub(crate) struct Coding<'a> {
    pub(crate) system: &'static str,
    pub(crate) code: Text<'a>,
    pub(crate) display: Text<'a>,
}

impl<'a> Coding<'a> {
    pub(crate) fn new(
        system: &'static str,
        code: impl Into<Text<'a>>,
        display: impl Into<Text<'a>>,
    ) -> Self {
        Self { system, code: code.into(), display: display.into() }
    }
}

/// Never empty: each constructor gives it a coding or a text.
#[derive(Serialize)]
pub(crate) struct CodeableConcept<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    coding: Vec<Coding<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Text<'a>>,
}

impl<'a> CodeableConcept<'a> {
    pub(crate) fn text(text: impl Into<Text<'a>>) -> Self {
        Self { coding: vec![], text: Some(text.into()) }
    }

    pub(crate) fn coded(coding: Coding<'a>) -> Self {
        Self { coding: vec![coding], text: None }
    }

    /// The words of the record, and the codes it has for them, if any.
    pub(crate) fn worded(
        text: impl Into<Text<'a>>,
        codings: impl IntoIterator<Item = Coding<'a>>,
    ) -> Self {
        Self { coding: codings.into_iter().collect(), text: Some(text.into()) }
    }

    /// One thing that has several type codes, as the ABHA number does.
    pub(crate) fn any_of<const N: usize>(codings: [Coding<'a>; N]) -> Self {
        const { assert!(N > 0, "a concept needs a coding") };
        Self { coding: codings.into(), text: None }
    }
}
