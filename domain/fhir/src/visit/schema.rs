//! The published shape of a visit document, and the words for each way to miss it.

use std::collections::HashMap;
use std::sync::LazyLock;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{Draft, JsonType, PatternOptions, ValidationError, Validator};
use serde_json::Value;

use super::error::{Found, Rule};
use super::path::Path;

/// The JSON Schema (draft 2020-12) of visit document 1.0: the contract with senders.
pub const VISIT_SCHEMA: &str = include_str!("../../schema/visit-document-1.0.schema.json");

const DATE: &str = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$";
const DATE_TIME: &str = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$";
/// A list of words, written as a pattern so that the letter case does not matter.
const GENDER: &str = "^([Mm][Aa][Ll][Ee]|[Ff][Ee][Mm][Aa][Ll][Ee]|\
    [Tt][Rr][Aa][Nn][Ss][Gg][Ee][Nn][Dd][Ee][Rr]|[Oo][Tt][Hh][Ee][Rr]|[Uu][Nn][Kk][Nn][Oo][Ww][Nn])$";
pub(super) const DATE_TIME_WORDS: &str =
    "must be a date and time with seconds and zone, as 2026-03-02T10:15:00+05:30";
pub(super) const DATE_WORDS: &str = "must be a date that exists: YYYY, YYYY-MM or YYYY-MM-DD";

/// What each pattern of the schema means to the person who has to mend the export.
const PATTERNS: &[(&str, &str)] = &[
    (DATE, DATE_WORDS),
    (DATE_TIME, DATE_TIME_WORDS),
    (
        r"^[A-Za-z0-9_@,. ()/:\\-]{1,255}$",
        "must be 1 to 255 letters, digits, blanks or characters of _-@,.()/:\\",
    ),
    (GENDER, "must be one of: Male, Female, Transgender, Other, Unknown; in any letter case"),
    (
        r"^[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f .,'\u2019-]{0,254}$",
        "must be a name of 1 to 255 Latin letters, blanks and characters of .,'-",
    ),
    ("^[1-9][0-9]{5}$", "must be a PIN code of 6 digits"),
    (
        "^([0-9]{14}|[0-9]{2}-[0-9]{4}-[0-9]{4}-[0-9]{4})$",
        "must be 14 digits, or NN-NNNN-NNNN-NNNN",
    ),
    ("^[A-Za-z0-9._-]+@[a-z]+$", "must be an ABHA address, as name@abdm"),
    ("^[0-9]{6,18}$", "must be a SNOMED CT code: 6 to 18 digits"),
    (r"^[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?$", "must be an ICD-10 code, as J06.9"),
    ("^[0-9]{1,7}-[0-9]$", "must be a LOINC code, as 8310-5"),
];

/// Texts whose meaning goes beyond their shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Date,
    DateTime,
    Base64,
}

struct Contract {
    validator: Validator,
    meanings: HashMap<String, Meaning>,
}

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let schema: Value = serde_json::from_str(VISIT_SCHEMA).expect("the schema is JSON");
    let validator = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        // Linear in the text, whatever is sent.
        .with_pattern_options(PatternOptions::regex())
        .build(&schema)
        .expect("the schema compiles");
    let mut meanings = HashMap::new();
    collect_meanings(&schema, &mut meanings);
    Contract { validator, meanings }
});

/// Adds every way in which `value` misses the schema.
pub(super) fn check(value: &Value, found: &mut Found) {
    for error in CONTRACT.validator.iter_errors(value) {
        if found.is_full() {
            return;
        }
        report(&error, found);
    }
}

/// What a field of this name holds. The contract uses a name for one meaning only.
pub(super) fn meaning_of(name: &str) -> Option<Meaning> {
    CONTRACT.meanings.get(name).copied()
}

fn collect_meanings(schema: &Value, meanings: &mut HashMap<String, Meaning>) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        for (name, property) in properties {
            let text = |key| property.get(key).and_then(Value::as_str);
            let meaning = match (text("pattern"), text("contentEncoding")) {
                (Some(DATE), _) => Some(Meaning::Date),
                (Some(DATE_TIME), _) => Some(Meaning::DateTime),
                (_, Some("base64")) => Some(Meaning::Base64),
                _ => None,
            };
            if let Some(meaning) = meaning {
                meanings.insert(name.clone(), meaning);
            }
            collect_meanings(property, meanings);
        }
    }
    if let Some(items) = schema.get("items") {
        collect_meanings(items, meanings);
    }
    for definition in schema.get("$defs").and_then(Value::as_object).into_iter().flatten() {
        collect_meanings(definition.1, meanings);
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the schema uses few of the library's keywords; a test keeps the list honest"
)]
fn report(error: &ValidationError<'_>, found: &mut Found) {
    let path = Path::from(error.instance_path());
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            found.add(path.join(name), Rule::Required, "is missing");
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            for name in unexpected {
                let message = "is not a field of the visit document here";
                found.add(path.join(name), Rule::Unknown, message);
            }
        }
        ValidationErrorKind::Type { kind } => {
            found.add(path, Rule::Type, format!("must be {}", type_words(kind)));
        }
        ValidationErrorKind::Pattern { pattern } => {
            let rule = if pattern == GENDER { Rule::Enum } else { Rule::Pattern };
            found.add(path, rule, pattern_words(pattern));
        }
        ValidationErrorKind::Format { format } => {
            let words = if format == "uuid" { "must be a UUID" } else { DATE_TIME_WORDS };
            found.add(path, Rule::Format, words);
        }
        ValidationErrorKind::Enum { options } => {
            let allowed: Vec<&str> =
                options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            found.add(path, Rule::Enum, format!("must be one of: {}", allowed.join(", ")));
        }
        ValidationErrorKind::Constant { expected_value } => {
            found.add(path, Rule::Enum, format!("must be {expected_value}"));
        }
        ValidationErrorKind::MinLength { limit: 1 } => {
            found.add(path, Rule::MinLength, "must not be empty: leave out what is not known");
        }
        ValidationErrorKind::MinLength { limit } => {
            let message = format!("must have at least {limit} characters");
            found.add(path, Rule::MinLength, message);
        }
        ValidationErrorKind::MaxItems { limit } => {
            found.add(path, Rule::Size, format!("must be a list of at most {limit}"));
        }
        ValidationErrorKind::UniqueItems => {
            found.add(path, Rule::Duplicate, "must not name the same twice");
        }
        ValidationErrorKind::MinItems { .. } => {
            found.add(path, Rule::MinItems, "must not be an empty list: leave it out");
        }
        ValidationErrorKind::Minimum { limit } => {
            found.add(path, Rule::Range, format!("must be at least {limit}"));
        }
        other => {
            found.add(path, Rule::Type, format!("breaks the rule {:?}", other.keyword()));
        }
    }
}

fn pattern_words(pattern: &str) -> &'static str {
    let words = PATTERNS.iter().find(|(known, _)| *known == pattern);
    words.map_or("does not have the expected shape", |(_, words)| words)
}

fn type_words(kind: &TypeKind) -> &'static str {
    match kind {
        TypeKind::Single(JsonType::Array) => "a list",
        TypeKind::Single(JsonType::Boolean) => "true or false",
        TypeKind::Single(JsonType::Integer) => "a whole number",
        TypeKind::Single(JsonType::Null) => "null",
        TypeKind::Single(JsonType::Number) => "a number",
        TypeKind::Single(JsonType::Object) => "an object",
        TypeKind::Single(JsonType::String) => "a text",
        TypeKind::Multiple(_) => "a text or a number",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties<'a>(schema: &'a Value, all: &mut Vec<(&'a str, &'a Value)>) {
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            all.push((name, property));
            properties(property, all);
            properties(&property["items"], all);
        }
        for definition in schema["$defs"].as_object().into_iter().flatten() {
            properties(definition.1, all);
        }
    }

    #[test]
    fn every_pattern_has_words() {
        let schema: Value = serde_json::from_str(VISIT_SCHEMA).unwrap();
        let mut all = vec![];
        properties(&schema, &mut all);
        for (name, property) in all {
            for holder in [property, &property["items"]] {
                if let Some(pattern) = holder["pattern"].as_str() {
                    assert!(PATTERNS.iter().any(|(known, _)| *known == pattern), "{name}");
                }
            }
        }
    }

    #[test]
    fn a_name_has_one_meaning_in_the_whole_contract() {
        let schema: Value = serde_json::from_str(VISIT_SCHEMA).unwrap();
        let mut all = vec![];
        properties(&schema, &mut all);
        for (name, property) in all {
            let mut alone = HashMap::new();
            let parent = serde_json::json!({ "properties": { name: property } });
            collect_meanings(&parent, &mut alone);
            assert_eq!(alone.get(name).copied(), meaning_of(name), "{name}");
        }
    }
}
