//! Data types of FHIR in words.

use serde_json::Value;

use super::shelf::Shelf;

/// In characters.
const NAME_LENGTH_MAX: usize = 200;

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
    (!known.is_empty()).then(|| known.join(", "))
}

/// A date or a time, to the minute, in the zone in which it was written.
pub(super) fn date(value: &Value) -> Option<String> {
    let text = text(value)?;
    Some(match (text.get(..10), text.get(10..11), text.get(11..16)) {
        (Some(day), Some("T"), Some(time)) => format!("{day} {time}"),
        _ => text,
    })
}

pub(super) fn period(value: &Value) -> Option<String> {
    match (date(&value["start"]), date(&value["end"])) {
        (Some(start), Some(end)) => Some(format!("{start} to {end}")),
        (Some(start), None) => Some(format!("from {start}")),
        (None, Some(end)) => Some(format!("until {end}")),
        (None, None) => None,
    }
}

pub(super) fn quantity(value: &Value) -> Option<String> {
    let number = plain(&value["value"])?;
    let comparator = text(&value["comparator"]).unwrap_or_default();
    let unit = text(&value["unit"]).or_else(|| text(&value["code"]));
    Some(match unit {
        Some(unit) => format!("{comparator}{number} {unit}"),
        None => format!("{comparator}{number}"),
    })
}

pub(super) fn money(value: &Value) -> Option<String> {
    let number = plain(&value["value"])?;
    Some(match text(&value["currency"]) {
        Some(currency) => format!("{currency} {number}"),
        None => number,
    })
}

/// A `HumanName` out of a list: the whole, or its parts.
pub(super) fn name(names: &Value) -> Option<String> {
    names.as_array()?.iter().find_map(|name| {
        text(&name["text"]).or_else(|| {
            let parts = [&name["prefix"], &name["given"]].map(|part| each(part, text));
            let parts: Vec<String> =
                parts.into_iter().flatten().chain(text(&name["family"])).collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        })
    })
}

/// Who is meant: the name in the resource, else the display of the reference.
pub(super) fn party(shelf: &Shelf<'_>, reference: &Value) -> Option<String> {
    let resource = shelf.at(reference);
    let person = if resource["resourceType"] == "PractitionerRole" {
        shelf.at(&resource["practitioner"])
    } else {
        resource
    };
    let name = name(&person["name"]).or_else(|| text(&person["name"]));
    name.or_else(|| text(&reference["display"])).map(short)
}

/// What a resource that is only mentioned is called.
pub(super) fn mention(shelf: &Shelf<'_>, reference: &Value) -> Option<String> {
    concept(&shelf.at(reference)["code"]).or_else(|| text(&reference["display"])).map(short)
}

/// A name is told wherever somebody points at it, so a very long one would fill the page.
fn short(name: String) -> String {
    match name.char_indices().nth(NAME_LENGTH_MAX) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name,
    }
}

/// The narrative of a resource or a section without its markup.
pub(super) fn narrative(holder: &Value) -> Option<String> {
    let mut words = String::new();
    let mut is_markup = false;
    for letter in holder["text"]["div"].as_str()?.chars() {
        match letter {
            '<' => {
                is_markup = true;
                words.push(' ');
            }
            '>' if is_markup => is_markup = false,
            other if !is_markup => words.push(other),
            _ => {}
        }
    }
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    for (entity, letter) in entities {
        words = words.replace(entity, letter);
    }
    let words: Vec<&str> = words.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_told_to_the_minute_and_dates_as_they_are() {
        assert_eq!(date(&json!("2026-05-04T09:40:12+05:30")).unwrap(), "2026-05-04 09:40");
        assert_eq!(date(&json!("2026-05")).unwrap(), "2026-05");
        assert_eq!(date(&json!("मंगलवार को आना")).unwrap(), "मंगलवार को आना");
    }

    #[test]
    fn a_concept_is_told_in_words_before_codes() {
        let coded = json!({ "coding": [{ "code": "1" }, { "code": "2", "display": "Two" }] });
        assert_eq!(concept(&coded).unwrap(), "Two");
        assert_eq!(concept(&json!({ "coding": [{ "code": "1" }] })).unwrap(), "1");
        assert_eq!(concept(&json!({ "text": " " })), None);
    }

    #[test]
    fn a_narrative_loses_its_markup_and_keeps_its_words() {
        let div = "<div><p>A &amp;lt; B</p><p>दर्द</p></div>";
        assert_eq!(narrative(&json!({ "text": { "div": div } })).unwrap(), "A &lt; B दर्द");
    }
}
