//! The bill.

use serde::{Deserialize, Serialize};

use super::{Decimal, Moment};

/// The bill of the visit, in Indian rupees.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Invoice {
    /// Number of the bill.
    pub number: String,
    /// When it was written.
    pub date: Moment,
    /// What it is for; others when absent.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<InvoiceKind>,
    /// Its lines.
    pub lines: Vec<InvoiceLine>,
    /// After discount, before tax.
    pub total_net: Decimal,
    /// To pay.
    pub total_gross: Decimal,
    /// `INR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// What a bill is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum InvoiceKind {
    /// A consultation.
    Consultation,
    /// Medicines.
    Pharmacy,
    /// An inpatient stay.
    #[serde(rename = "IPD")]
    Ipd,
    /// An outpatient visit.
    #[serde(rename = "OPD")]
    Opd,
    /// Anything else.
    Others,
}

/// One line of a bill.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InvoiceLine {
    /// What was done or sold.
    pub description: String,
    /// Brand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_name: Option<String>,
    /// How many.
    pub quantity: Decimal,
    /// Of what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Price of one.
    pub rate: Decimal,
    /// Taken off the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<Decimal>,
    /// Central tax on the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cgst: Option<Decimal>,
    /// State tax on the line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sgst: Option<Decimal>,
    /// Printed price of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mrp: Option<Decimal>,
}
