//! Edits of whole members and items: dropped, doubled, emptied, retyped, renamed.

use rand::RngExt;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value, json};

use super::DOUBLE;
use super::site::Site;

/// Removes a value. If it is the only item of a list, the list is removed too.
pub(super) fn drop(site: &Site, document: &mut Value) {
    match site.parent_mut(document) {
        Value::Object(members) => _ = members.remove(site.key()),
        Value::Array(items) if items.len() > 1 => _ = items.remove(index(site)),
        Value::Array(_) => drop(&site.around(), document),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

pub(super) fn double(site: &Site, document: &mut Value) {
    let value = site.value(document).clone();
    match site.parent_mut(document) {
        Value::Object(members) => _ = members.insert(format!("{DOUBLE}{}", site.key()), value),
        Value::Array(items) => items.insert(index(site), value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn index(site: &Site) -> usize {
    site.key().parse().expect("an item goes by its number")
}

pub(super) fn empty(site: &Site, document: &mut Value) {
    let value = site.value_mut(document);
    *value = match value {
        Value::Object(_) => json!({}),
        Value::Array(_) => json!([]),
        Value::String(_) => json!(""),
        Value::Null | Value::Bool(_) | Value::Number(_) => Value::Null,
    };
}

pub(super) fn retype(site: &Site, document: &mut Value, random: &mut StdRng) {
    let value = site.value_mut(document);
    let others = match value {
        Value::Object(_) => [json!("text"), json!([value]), json!(true)],
        Value::Array(items) => {
            let first = items.first().cloned().unwrap_or_default();
            [first, json!("text"), json!({ "text": "text" })]
        }
        Value::String(_) => [json!(7), json!([value]), json!({ "text": value })],
        Value::Number(_) => [json!(value.to_string()), json!([value]), json!(true)],
        Value::Bool(_) => [json!(value.to_string()), json!([value]), json!(1)],
        Value::Null => [json!("text"), json!([]), json!({})],
    };
    *value = others.choose(random).expect("there are others").clone();
}

pub(super) fn rename(site: &Site, document: &mut Value, random: &mut StdRng) {
    let name = site.key();
    let Value::Object(members) = site.parent_mut(document) else {
        return;
    };
    let renamed = match random.random_range(0..5) {
        0 => format!("{name}x"),
        1 => name[..name.len() - 1].to_owned(),
        2 => format!("_{name}"),
        3 => name.to_ascii_uppercase(),
        _ => of_other_type(name).unwrap_or_else(|| format!("my{name}")),
    };
    if !renamed.is_empty() && !members.contains_key(&renamed) {
        let value = members.remove(name).expect("the site is of this document");
        members.insert(renamed, value);
    }
}

/// The same choice element with another type: `valueString` for `valueQuantity`.
fn of_other_type(name: &str) -> Option<String> {
    let types = ["Quantity", "String", "CodeableConcept", "DateTime", "Reference", "Period"];
    let place = types.iter().position(|of| name.ends_with(of) && name.len() > of.len())?;
    let stem = &name[..name.len() - types[place].len()];
    Some(format!("{stem}{}", types[(place + 1) % types.len()]))
}
