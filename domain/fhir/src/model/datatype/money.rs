//! Amounts.

use serde::Serialize;

use crate::visit::Decimal;

/// Indian rupees: the contract with senders knows no other currency.
#[derive(Serialize)]
pub(crate) struct Money<'a> {
    value: &'a Decimal,
    currency: &'static str,
}

impl<'a> Money<'a> {
    pub(crate) fn rupees(value: &'a Decimal) -> Self {
        Self { value, currency: "INR" }
    }
}
