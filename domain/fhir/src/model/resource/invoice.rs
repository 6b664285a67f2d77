//! A bill.

use serde::Serialize;
use uuid::Uuid;

use crate::model::datatype::{CodeableConcept, Identifier, Meta, Money, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invoice<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) identifier: [Identifier<'a>; 1],
    pub(crate) status: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: CodeableConcept<'a>,
    pub(crate) subject: Reference<'a>,
    pub(crate) date: &'a str,
    pub(crate) issuer: Reference<'a>,
    /// At least one, by the schema of the visit.
    pub(crate) line_item: Vec<LineItem<'a>>,
    pub(crate) total_net: Money<'a>,
    pub(crate) total_gross: Money<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LineItem<'a> {
    /// From 1.
    pub(crate) sequence: usize,
    pub(crate) charge_item_reference: Reference<'a>,
    /// At least one, by the builder: every line has a rate.
    pub(crate) price_component: Vec<PriceComponent<'a>>,
}

#[derive(Serialize)]
pub(crate) struct PriceComponent<'a> {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) code: CodeableConcept<'a>,
    pub(crate) amount: Money<'a>,
}
