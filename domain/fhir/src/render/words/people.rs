//! Who and what is meant.

use serde_json::Value;

use super::{concept, each, text};
use crate::render::shelf::View;

/// In characters.
const NAME_LENGTH_MAX: usize = 200;

/// The `HumanName` in use out of a list: the whole, or its parts.
///
/// A usual or official name comes before one for an occasion, and that before an old one.
pub(in crate::render) fn name(names: &Value) -> Option<String> {
    let mut names: Vec<&Value> = names.as_array()?.iter().collect();
    names.sort_by_key(|name| age(name));
    names.into_iter().find_map(whole_name)
}

fn age(name: &Value) -> u8 {
    match name["use"].as_str() {
        _ if name["period"]["end"].is_string() => 3,
        Some("old" | "maiden") => 2,
        Some("temp" | "nickname" | "anonymous") => 1,
        Some(_) | None => 0,
    }
}

fn whole_name(name: &Value) -> Option<String> {
    text(&name["text"]).or_else(|| {
        let all = |part: &Value| -> Vec<String> {
            part.as_array().into_iter().flatten().filter_map(text).collect()
        };
        let [prefix, given, suffix] = [&name["prefix"], &name["given"], &name["suffix"]].map(all);
        let family = text(&name["family"]);
        super::joined(prefix.into_iter().chain(given).chain(family).chain(suffix), " ")
    })
}

/// All of a list that is not old, as addresses and numbers.
pub(in crate::render) fn in_use(
    list: &Value,
    mut one: impl FnMut(&Value) -> Option<String>,
) -> Option<String> {
    each(list, |item| if item["use"] == "old" { None } else { one(item) })
}

/// Who is meant: the name in the resource, else the display of the reference.
pub(in crate::render) fn party(view: View<'_, '_>, reference: &Value) -> Option<String> {
    let resource = view.at(reference);
    let person = if resource["resourceType"] == "PractitionerRole" {
        view.of(reference).at(&resource["practitioner"])
    } else {
        resource
    };
    let name = name(&person["name"]).or_else(|| text(&person["name"]));
    name.or_else(|| text(&reference["display"])).map(short)
}

/// What a resource that is only mentioned is called.
pub(in crate::render) fn mention(view: View<'_, '_>, reference: &Value) -> Option<String> {
    let resource = view.at(reference);
    concept(&resource["code"])
        .or_else(|| text(&reference["display"]))
        .or_else(|| text(&reference["identifier"]["value"]))
        .map(short)
}

pub(in crate::render) fn address(address: &Value) -> Option<String> {
    let parts = [
        each(&address["line"], text),
        text(&address["city"]),
        text(&address["district"]),
        text(&address["state"]),
        text(&address["postalCode"]),
        text(&address["country"]),
    ];
    text(&address["text"]).or_else(|| super::joined(parts.into_iter().flatten(), ", "))
}

/// A name is told wherever somebody points at it, so a very long one would fill the page.
fn short(name: String) -> String {
    match name.char_indices().nth(NAME_LENGTH_MAX) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_name_in_use_is_told_wherever_it_stands() {
        let old = json!({ "use": "old", "text": "Asha Rani" });
        let maiden = json!({ "use": "maiden", "text": "Asha Devi" });
        let ended = json!({ "use": "usual", "text": "Rani", "period": { "end": "2020" } });
        let nick = json!({ "use": "nickname", "text": "Ashu" });
        let usual = json!({ "given": ["Asha", "K."], "family": "Verma" });
        let all = json!([old, maiden, ended, nick, usual]);
        assert_eq!(name(&all).unwrap(), "Asha K. Verma");
        assert_eq!(name(&json!([old, nick])).unwrap(), "Ashu");
        assert_eq!(name(&json!([old])).unwrap(), "Asha Rani", "better than none");
        assert_eq!(name(&json!([{ "use": "usual" }, old])).unwrap(), "Asha Rani");
    }
}
