//! Data types of FHIR, the elements that are used.

mod attachment;
mod concept;
mod dosage;
mod money;
mod person;
mod quantity;
mod reference;

use serde::Serialize;

pub(crate) use self::attachment::Attachment;
pub(crate) use self::concept::{CodeableConcept, Coding};
pub(crate) use self::dosage::{Dosage, Repeat, Timing};
pub(crate) use self::money::Money;
pub(crate) use self::person::{Address, ContactPoint, HumanName};
pub(crate) use self::quantity::{Number, Quantity};
pub(crate) use self::reference::{Reference, Urn};
use super::Text;

/// `Meta` of a resource within a document: which profile it keeps.
#[derive(Serialize)]
pub(crate) struct Meta {
    profile: [&'static str; 1],
}

impl Meta {
    pub(crate) fn of(profile: &'static str) -> Self {
        Self { profile: [profile] }
    }
}

#[derive(Serialize)]
pub(crate) struct Identifier<'a> {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<CodeableConcept<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) system: Option<Text<'a>>,
    pub(crate) value: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) assigner: Option<Reference<'a>>,
}

impl<'a> Identifier<'a> {
    pub(crate) fn new(kind: CodeableConcept<'a>, value: impl Into<Text<'a>>) -> Self {
        Self { kind: Some(kind), system: None, value: value.into(), assigner: None }
    }

    /// A number of a system that its address alone describes.
    pub(crate) fn of(system: impl Into<Text<'a>>, value: impl Into<Text<'a>>) -> Self {
        Self { kind: None, system: Some(system.into()), value: value.into(), assigner: None }
    }
}

#[derive(Serialize)]
pub(crate) struct Period<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) start: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) end: Option<&'a str>,
}

#[derive(Serialize)]
pub(crate) struct Annotation<'a> {
    pub(crate) text: Text<'a>,
}
