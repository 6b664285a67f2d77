//! Papers and bills.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::render::card::{Card, Picture};
use crate::render::shelf::Shelf;
use crate::render::words::{concept, date, each, money, party, quantity, text};

pub(super) fn document(paper: &Value) -> Card<'_> {
    let contents = paper["content"].as_array().map_or(&[][..], Vec::as_slice);
    let heading = text(&paper["description"]).or_else(|| concept(&paper["type"]));
    Card::new(heading)
        .wanted("Kind", concept(&paper["type"]))
        .wanted("Status", text(&paper["status"]))
        .with(contents.iter().map(|content| attachment(&content["attachment"])))
}

pub(super) fn binary(binary: &Value) -> Card<'_> {
    attachment(binary)
}

pub(super) fn attachment(attachment: &Value) -> Card<'_> {
    Card::new(text(&attachment["title"]).or_else(|| Some("Attachment".to_owned())))
        .wanted("Type", text(&attachment["contentType"]))
        .wanted("Size", size(attachment))
        .extra("Made", date(&attachment["creation"]))
        .extra("Text", words(attachment))
        .shown(Picture::of(attachment))
}

/// What is attached as text can be read here and now.
fn words(attachment: &Value) -> Option<String> {
    let is_text = attachment["contentType"].as_str()?.starts_with("text/plain");
    let bytes = is_text.then(|| STANDARD.decode(attachment["data"].as_str()?).ok()).flatten()?;
    String::from_utf8(bytes).ok()
}

/// Of the decoded bytes, which base64 tells without decoding.
fn size(attachment: &Value) -> Option<String> {
    let data = attachment["data"].as_str()?;
    let padding = data.bytes().rev().take_while(|byte| *byte == b'=').count();
    let bytes = (data.len() / 4 * 3).saturating_sub(padding);
    Some(if bytes < 1024 { format!("{bytes} bytes") } else { format!("{} KiB", bytes / 1024) })
}

pub(super) fn invoice<'v>(shelf: &Shelf<'v>, invoice: &'v Value) -> Card<'v> {
    let lines = invoice["lineItem"].as_array().map_or(&[][..], Vec::as_slice);
    Card::new(each(&invoice["identifier"], |one| text(&one["value"])))
        .wanted("Kind", concept(&invoice["type"]))
        .wanted("Date", date(&invoice["date"]))
        .wanted("Status", text(&invoice["status"]))
        .wanted("By", party(shelf, &invoice["issuer"]))
        .wanted("Total before tax", money(&invoice["totalNet"]))
        .wanted("To pay", money(&invoice["totalGross"]))
        .with(lines.iter().map(|line| charge(shelf, line)))
}

fn charge<'v>(shelf: &Shelf<'v>, line: &'v Value) -> Card<'v> {
    let item = shelf.at(&line["chargeItemReference"]);
    let heading = concept(&item["code"]).or_else(|| concept(&line["chargeItemCodeableConcept"]));
    let price = |component: &Value| {
        let amount = money(&component["amount"])?;
        Some(match concept(&component["code"]) {
            Some(what) => format!("{what} {amount}"),
            None => amount,
        })
    };
    Card::new(heading)
        .extra("Product", concept(&item["productCodeableConcept"]))
        .wanted("Quantity", quantity(&item["quantity"]))
        .wanted("Price", each(&line["priceComponent"], price))
}
