//! Medicines.

use serde_json::Value;

use super::notes;
use crate::render::card::Card;
use crate::render::shelf::Shelf;
use crate::render::words::{concept, date, each, mention, party, period, plain, quantity, text};

pub(super) fn ordered<'v>(shelf: &Shelf<'v>, order: &'v Value) -> Card<'v> {
    let dosages = &order["dosageInstruction"];
    Card::new(name(shelf, order))
        .wanted("Dosage", each(dosages, |dosage| text(&dosage["text"])))
        .wanted("How often", each(dosages, |dosage| rhythm(&dosage["timing"]["repeat"], dosage)))
        .wanted("Route", each(dosages, |dosage| concept(&dosage["route"])))
        .wanted("Date", date(&order["authoredOn"]))
        .wanted("Ordered by", party(shelf, &order["requester"]))
        .extra("Reason", each(&order["reasonReference"], |reason| mention(shelf, reason)))
        .extra("Quantity", quantity(&order["dispenseRequest"]["quantity"]))
        .extra("Note", notes(order))
}

pub(super) fn taken<'v>(shelf: &Shelf<'v>, statement: &'v Value) -> Card<'v> {
    let since =
        period(&statement["effectivePeriod"]).or_else(|| date(&statement["effectiveDateTime"]));
    Card::new(name(shelf, statement))
        .wanted("Status", text(&statement["status"]))
        .wanted("Taken", since)
        .extra("Dosage", each(&statement["dosage"], |dosage| text(&dosage["text"])))
        .extra("Note", notes(statement))
}

fn name(shelf: &Shelf<'_>, holder: &Value) -> Option<String> {
    concept(&holder["medicationCodeableConcept"])
        .or_else(|| mention(shelf, &holder["medicationReference"]))
}

/// `3 times in 1 d, for 5 Day(s)`.
fn rhythm(repeat: &Value, dosage: &Value) -> Option<String> {
    if dosage["asNeededBoolean"] == true {
        return Some("as needed".to_owned());
    }
    let times = plain(&repeat["frequency"])?;
    let period = plain(&repeat["period"])?;
    let unit = text(&repeat["periodUnit"])?;
    let when = each(&repeat["when"], text).map(|when| format!(" ({when})")).unwrap_or_default();
    let bounds = quantity(&repeat["boundsDuration"]);
    let bounds = bounds.map(|length| format!(", for {length}")).unwrap_or_default();
    Some(format!("{times} times in {period} {unit}{when}{bounds}"))
}
