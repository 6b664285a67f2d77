//! Bills.

use serde_json::Value;

use super::notes;
use crate::render::card::Card;
use crate::render::shelf::View;
use crate::render::state;
use crate::render::words::{concept, date, each, mention, money, party, plain, quantity, text};

pub(super) fn invoice<'v>(view: View<'_, 'v>, invoice: &'v Value) -> Card<'v> {
    let lines = invoice["lineItem"].as_array().map_or(&[][..], Vec::as_slice);
    Card::new(each(&invoice["identifier"], |one| text(&one["value"])))
        .wanted("Kind", concept(&invoice["type"]))
        .wanted("Date", date(&invoice["date"]))
        .wanted("Status", text(&invoice["status"]))
        .wanted("By", party(view, &invoice["issuer"]))
        .wanted("Total before tax", money(&invoice["totalNet"]))
        .wanted("To pay", money(&invoice["totalGross"]))
        .extra("Payment", text(&invoice["paymentTerms"]))
        .extra("Note", notes(invoice))
        .with(lines.iter().map(|line| charge(view, line)))
}

fn charge<'v>(view: View<'_, 'v>, line: &'v Value) -> Card<'v> {
    let reference = &line["chargeItemReference"];
    let item = view.at(reference);
    let heading = concept(&item["code"]).or_else(|| concept(&line["chargeItemCodeableConcept"]));
    let product = concept(&item["productCodeableConcept"])
        .or_else(|| mention(view.of(reference), &item["productReference"]));
    Card::new(heading.or_else(|| text(&reference["display"])))
        .extra("Product", product)
        .wanted("Quantity", quantity(&item["quantity"]))
        .wanted("Price", each(&line["priceComponent"], price))
        .extra("Note", notes(item))
        .void(state::void(item))
}

fn price(component: &Value) -> Option<String> {
    let amount = money(&component["amount"]);
    let factor = plain(&component["factor"]).map(|factor| format!("× {factor}"));
    let amount = crate::render::words::joined(amount.into_iter().chain(factor), " ")?;
    Some(match concept(&component["code"]).or_else(|| text(&component["type"])) {
        Some(what) => format!("{what} {amount}"),
        None => amount,
    })
}
