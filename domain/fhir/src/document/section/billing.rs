//! The bill: an invoice, and a charge for each of its lines.

use crate::document::draft::{Draft, Item};
use crate::model::datatype::{
    CodeableConcept, Coding, Identifier, Meta, Money, Number, Quantity, Reference,
};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{ChargeItem, Invoice, LineItem, PriceComponent};
use crate::terminology::system;
use crate::visit::{Decimal, Invoice as Bill, InvoiceKind, InvoiceLine};

pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    draft.visit.invoice.iter().map(|bill| item(draft, bill)).collect()
}

fn item<'a>(draft: &mut Draft<'a>, bill: &'a Bill) -> Item<'a> {
    let kind = bill.kind.unwrap_or(InvoiceKind::Others);
    let charges: Vec<Item<'a>> = bill
        .lines
        .iter()
        .enumerate()
        .map(|(index, line)| charge(draft, index, line, kind))
        .collect();
    let (net, gross) = (bill.total_net.as_str(), bill.total_gross.as_str());
    let total = format!("Total: INR {net} before tax, INR {gross} to pay");
    let line = format!("Invoice {}, {total}", bill.number);
    let lines = charges.iter().map(|charge| charge.line.as_str());
    let invoice = Invoice {
        id: draft.id("invoice"),
        meta: Meta::of(profile::INVOICE),
        text: Narrative::list(lines.chain([total.as_str()])),
        identifier: [Identifier::of(&draft.context.deployment_url, &bill.number)],
        status: "issued",
        kind: CodeableConcept::coded(invoice_type(kind)),
        subject: draft.patient(),
        date: draft.at(Some(&bill.date)).as_str(),
        issuer: draft.organization(),
        line_item: charges
            .into_iter()
            .zip(&bill.lines)
            .enumerate()
            .map(|(index, (charge, line))| line_item(index, charge.reference, line))
            .collect(),
        total_net: Money::rupees(&bill.total_net),
        total_gross: Money::rupees(&bill.total_gross),
    };
    draft.add(invoice, &bill.number, line)
}

fn charge<'a>(
    draft: &mut Draft<'a>,
    index: usize,
    line: &'a InvoiceLine,
    kind: InvoiceKind,
) -> Item<'a> {
    let unit = line.unit.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
    let (count, rate) = (line.quantity.as_str(), line.rate.as_str());
    let words = format!("{}: {count}{unit} at INR {rate}", line.description);
    let item = ChargeItem {
        id: draft.id(&format!("charge/{index}")),
        meta: Meta::of(profile::CHARGE_ITEM),
        text: Narrative::paragraph(&words),
        status: "billed",
        code: CodeableConcept::worded(&line.description, [charge_type(kind)]),
        subject: draft.patient(),
        context: draft.encounter(),
        quantity: Quantity::plain(
            Number::Written(&line.quantity),
            line.unit.as_ref().map(Into::into),
        ),
        product_codeable_concept: CodeableConcept::text(
            line.product_name.as_ref().unwrap_or(&line.description),
        ),
    };
    draft.add(item, &line.description, words)
}

/// Amounts as they were sent; nothing is added up here.
fn line_item<'a>(index: usize, charge: Reference<'a>, line: &'a InvoiceLine) -> LineItem<'a> {
    let component = |kind, code, display, amount: &'a Decimal| PriceComponent {
        kind,
        code: CodeableConcept::coded(Coding::new(system::PRICE_COMPONENTS, code, display)),
        amount: Money::rupees(amount),
    };
    let components = [
        (Some(&line.rate), "base", "01", "Rate"),
        (line.mrp.as_ref(), "informational", "00", "MRP"),
        (line.discount.as_ref(), "discount", "02", "Discount"),
        (line.cgst.as_ref(), "tax", "03", "CGST"),
        (line.sgst.as_ref(), "tax", "04", "SGST"),
    ];
    LineItem {
        sequence: index.saturating_add(1),
        charge_item_reference: charge,
        price_component: components
            .into_iter()
            .filter_map(|(amount, kind, code, display)| {
                amount.map(|amount| component(kind, code, display, amount))
            })
            .collect(),
    }
}

fn invoice_type(kind: InvoiceKind) -> Coding<'static> {
    let (code, display) = match kind {
        InvoiceKind::Consultation => ("00", "Consultation"),
        InvoiceKind::Pharmacy => ("01", "Pharmacy"),
        InvoiceKind::Ipd => ("02", "IPD"),
        InvoiceKind::Opd => ("03", "OPD"),
        InvoiceKind::Others => ("99", "Others"),
    };
    Coding::new(system::BILLING, code, display)
}

/// What a line charges for is known as far as the bill says what it is for; a pharmacy sells
/// medicines.
fn charge_type(kind: InvoiceKind) -> Coding<'static> {
    match kind {
        InvoiceKind::Pharmacy => Coding::new(system::BILLING, "05", "Medicines"),
        InvoiceKind::Consultation | InvoiceKind::Ipd | InvoiceKind::Opd | InvoiceKind::Others => {
            invoice_type(kind)
        }
    }
}
