//! Data types of FHIR in words.

mod measure;
mod narrative;
mod people;
mod time;
mod value;

use serde_json::Value;

pub(super) use self::measure::{money, quantity, range, ratio};
pub(super) use self::narrative::narrative;
pub(super) use self::people::{address, in_use, mention, name, party};
pub(super) use self::time::{any_time, date, period};
pub(super) use self::value::value;

/// A text that is not blank.
pub(super) fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A number or a text.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(if *yes { "yes" } else { "no" }.to_owned()),
        Value::String(_) => text(value),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A `CodeableConcept` or a `Coding`: the words, else the display, else the code.
pub(super) fn concept(value: &Value) -> Option<String> {
    let codings = value["coding"].as_array().map_or(&[][..], Vec::as_slice);
    text(&value["text"])
        .or_else(|| codings.iter().find_map(|coding| text(&coding["display"])))
        .or_else(|| text(&value["display"]))
        .or_else(|| codings.iter().find_map(|coding| text(&coding["code"])))
        .or_else(|| text(&value["code"]))
}

/// All of a list, with commas.
pub(super) fn each(list: &Value, one: impl FnMut(&Value) -> Option<String>) -> Option<String> {
    let known: Vec<String> = list.as_array()?.iter().filter_map(one).collect();
    joined(known, ", ")
}

/// The parts that are known; none when there are none.
pub(super) fn joined(parts: impl IntoIterator<Item = String>, between: &str) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().collect();
    (!parts.is_empty()).then(|| parts.join(between))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_concept_is_told_in_words_before_codes() {
        let coded = json!({ "coding": [{ "code": "1" }, { "code": "2", "display": "Two" }] });
        assert_eq!(concept(&coded).unwrap(), "Two");
        assert_eq!(concept(&json!({ "coding": [{ "code": "1" }] })).unwrap(), "1");
        assert_eq!(concept(&json!({ "text": " " })), None);
    }
}
