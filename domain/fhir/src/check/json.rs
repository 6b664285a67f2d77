//! What JSON may look like in FHIR: nothing empty, and `null` only to keep lists in step.

use std::fmt;

use serde_json::{Map, Value};

use super::finding::Report;

/// Nesting in the deepest document that the guide shows is 12.
const DEPTH_MAX: usize = 64;

/// A place, as a chain of stack frames: rendered only when there is something to say.
pub(super) enum Place<'p> {
    Root(&'static str),
    Field(&'p Place<'p>, &'p str),
    Item(&'p Place<'p>, usize),
}

/// Field names come from outside.
const NAME_CHARS_MAX: usize = 64;

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => f.write_str(name),
            Self::Field(parent, name) => {
                write!(f, "{parent}.")?;
                name.chars()
                    .take(NAME_CHARS_MAX)
                    .map(|letter| if letter.is_control() { '\u{fffd}' } else { letter })
                    .try_for_each(|letter| fmt::Write::write_char(f, letter))
            }
            Self::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// False when the bundle is nested too deep to be walked.
pub(super) fn check(bundle: &Value, report: &mut Report) -> bool {
    let root = Place::Root("Bundle");
    if is_deeper_than(bundle, DEPTH_MAX) {
        report.error("depth", root, format!("is nested deeper than {DEPTH_MAX}"));
        return false;
    }
    walk(bundle, &root, report);
    true
}

fn is_deeper_than(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => {
            levels == 0 || items.iter().any(|item| is_deeper_than(item, levels - 1))
        }
        Value::Object(object) => {
            levels == 0 || object.values().any(|field| is_deeper_than(field, levels - 1))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn walk(value: &Value, place: &Place<'_>, report: &mut Report) {
    match value {
        Value::Null => {
            report.error("json-null", place, "null has no meaning in FHIR: leave it out");
        }
        Value::String(text) if text.is_empty() => {
            report.error("json-empty", place, "an empty text has no meaning in FHIR: leave it out");
        }
        Value::Array(items) => {
            empty(items.is_empty(), place, report);
            for (index, item) in items.iter().enumerate() {
                walk(item, &Place::Item(place, index), report);
            }
        }
        Value::Object(object) => {
            empty(object.is_empty(), place, report);
            for (name, value) in object {
                field(object, name, value, &Place::Field(place, name), report);
            }
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A list of primitives and its `_name` beside it are kept in step with `null`.
fn field(
    object: &Map<String, Value>,
    name: &str,
    value: &Value,
    place: &Place<'_>,
    report: &mut Report,
) {
    let Value::Array(items) = value else {
        return walk(value, place, report);
    };
    if !has_partner(object, name) {
        return walk(value, place, report);
    }
    empty(items.is_empty(), place, report);
    for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.is_null()) {
        walk(item, &Place::Item(place, index), report);
    }
}

fn has_partner(object: &Map<String, Value>, name: &str) -> bool {
    let partner = match name.strip_prefix('_') {
        Some(plain) => object.get(plain),
        None => object.get(&format!("_{name}")),
    };
    partner.is_some_and(Value::is_array)
}

fn empty(is_empty: bool, place: &Place<'_>, report: &mut Report) {
    if is_empty {
        report.error("json-empty", place, "nothing is in it: leave it out");
    }
}
