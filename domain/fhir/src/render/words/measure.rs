//! Numbers with units, and the other values of an observation.

use serde_json::Value;

use super::{concept, date, each, period, plain, text};

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

/// `value[x]` of an observation or a component of it; else the reason why there is none.
pub(in crate::render) fn value(holder: &Value) -> Option<String> {
    let at = |kind: &str| &holder[format!("value{kind}")];
    quantity(at("Quantity"))
        .or_else(|| text(at("String")))
        .or_else(|| concept(at("CodeableConcept")))
        .or_else(|| plain(at("Integer")))
        .or_else(|| plain(at("Boolean")))
        .or_else(|| ratio(at("Ratio")))
        .or_else(|| range(at("Range")))
        .or_else(|| date(at("DateTime")))
        .or_else(|| text(at("Time")))
        .or_else(|| period(at("Period")))
        .or_else(|| sampled(at("SampledData")))
        .or_else(|| concept(&holder["dataAbsentReason"]).map(|why| format!("no value: {why}")))
}

/// A curve is no text; that there is one is.
fn sampled(value: &Value) -> Option<String> {
    let data = text(&value["data"])?;
    let count = data.split_whitespace().count();
    Some(match text(&value["origin"]["unit"]) {
        Some(unit) => format!("a curve of {count} values in {unit}"),
        None => format!("a curve of {count} values"),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_type_of_value_is_told() {
        let bare = json!({ "numerator": { "value": 1 }, "denominator": { "value": 160 } });
        let dose = json!({
            "numerator": { "value": 5, "unit": "mg" }, "denominator": { "value": 1, "unit": "mL" }
        });
        let range = json!({ "low": { "value": 2 }, "high": { "value": 3, "unit": "mm" } });
        for (holder, words) in [
            (json!({ "valueRatio": bare }), "1:160"),
            (json!({ "valueRatio": dose }), "5 mg / 1 mL"),
            (json!({ "valueRange": range }), "2 to 3 mm"),
            (json!({ "valueQuantity": { "value": 5, "comparator": "<", "unit": "g" } }), "<5 g"),
            (json!({ "valueTime": "08:30:00" }), "08:30:00"),
            (json!({ "valueBoolean": false }), "no"),
            (json!({ "valuePeriod": { "start": "2026" } }), "from 2026"),
            (
                json!({ "valueSampledData": { "data": "1 2 E", "origin": {} } }),
                "a curve of 3 values",
            ),
            (json!({ "dataAbsentReason": { "text": "Sample lysed" } }), "no value: Sample lysed"),
        ] {
            assert_eq!(value(&holder).as_deref(), Some(words), "{holder}");
        }
        assert_eq!(value(&json!({})), None);
    }
}
