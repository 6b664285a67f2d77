//! Medicines.

use serde_json::Value;

use super::{dosage, notes, reasons};
use crate::render::card::Card;
use crate::render::shelf::View;
use crate::render::words::{concept, date, mention, party, period, plain, quantity, text};

pub(super) fn ordered<'v>(view: View<'_, 'v>, order: &'v Value) -> Card<'v> {
    let supply = &order["dispenseRequest"];
    let card = dosage::add(Card::new(name(view, order)), &order["dosageInstruction"], true);
    card.wanted("Date", date(&order["authoredOn"]))
        .wanted("Ordered by", party(view, &order["requester"]))
        .extra("Reason", reasons(view, order))
        .extra("Quantity", quantity(&supply["quantity"]))
        .extra("Supply for", quantity(&supply["expectedSupplyDuration"]))
        .extra("Repeats", plain(&supply["numberOfRepeatsAllowed"]))
        .extra("Valid", period(&supply["validityPeriod"]))
        .extra("Note", notes(order))
        .extra("Priority", text(&order["priority"]))
        .extra("Intent", text(&order["intent"]).filter(|intent| intent != "order"))
        .extra("Status", text(&order["status"]).filter(|status| status != "active"))
}

pub(super) fn taken<'v>(view: View<'_, 'v>, statement: &'v Value) -> Card<'v> {
    let since =
        period(&statement["effectivePeriod"]).or_else(|| date(&statement["effectiveDateTime"]));
    let card = Card::new(name(view, statement))
        .wanted("Status", text(&statement["status"]))
        .wanted("Taken", since);
    dosage::add(card, &statement["dosage"], false)
        .extra("Reason", reasons(view, statement))
        .extra("Note", notes(statement))
}

/// In words, or by a resource of the bundle or of the order itself.
pub(super) fn name(view: View<'_, '_>, holder: &Value) -> Option<String> {
    concept(&holder["medicationCodeableConcept"])
        .or_else(|| mention(view, &holder["medicationReference"]))
}
