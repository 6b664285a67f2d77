//! The values that an observation may have.

use serde_json::Value;

use super::{concept, date, period, plain, quantity, range, ratio, text};

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
