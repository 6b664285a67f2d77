//! Numbers with units.

use serde_json::Value;

use super::{concept, each, plain, text};

pub(in crate::render) fn quantity(value: &Value) -> Option<String> {
    let number = plain(&value["value"])?;
    let comparator = text(&value["comparator"]).unwrap_or_default();
    let unit = text(&value["unit"]).or_else(|| text(&value["code"]));
    Some(match unit {
        Some(unit) => format!("{comparator}{number} {unit}"),
        None => format!("{comparator}{number}"),
    })
}

/// `1:160`, or `5 mg / 1 mL` when one of them has a unit.
pub(in crate::render) fn ratio(value: &Value) -> Option<String> {
    let [above, below] = [&value["numerator"], &value["denominator"]].map(quantity);
    let (above, below) = (above?, below?);
    let is_bare = !above.contains(' ') && !below.contains(' ');
    Some(if is_bare { format!("{above}:{below}") } else { format!("{above} / {below}") })
}

/// A `Range`, or a reference range with words of its own.
pub(in crate::render) fn range(value: &Value) -> Option<String> {
    let ends = match (quantity(&value["low"]), quantity(&value["high"])) {
        (Some(low), Some(high)) => Some(format!("{low} to {high}")),
        (Some(low), None) => Some(format!("from {low}")),
        (None, Some(high)) => Some(format!("up to {high}")),
        (None, None) => None,
    };
    let range = text(&value["text"]).or(ends)?;
    Some(match each(&value["appliesTo"], concept) {
        Some(whom) => format!("{range} ({whom})"),
        None => range,
    })
}

pub(in crate::render) fn money(value: &Value) -> Option<String> {
    let number = plain(&value["value"])?;
    Some(match text(&value["currency"]) {
        Some(currency) => format!("{currency} {number}"),
        None => number,
    })
}
