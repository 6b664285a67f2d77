//! Documents as JSON. A time is `{"$date": milliseconds}`; no field of ours begins with a `$`.

use chrono::{DateTime, Utc};
use hip_commands::port::document_store::{FieldPath, FieldValue, Fields, SUBJECT, Sought};
use serde_json::{Map, Value, json};

const DATE: &str = "$date";

pub(super) fn to_json(fields: &Fields) -> Value {
    fields.iter().map(|(name, value)| (name.to_owned(), value_to_json(value))).collect()
}

fn value_to_json(value: &FieldValue) -> Value {
    match value {
        FieldValue::Text(text) => text.as_str().into(),
        FieldValue::Integer(number) => (*number).into(),
        FieldValue::Flag(flag) => (*flag).into(),
        FieldValue::Time(at) => json!({ DATE: at.timestamp_millis() }),
        FieldValue::List(elements) => elements.iter().map(value_to_json).collect(),
        FieldValue::Fields(fields) => to_json(fields),
    }
}

/// `None` if this is not one of our documents.
pub(super) fn from_json(value: Value) -> Option<Fields> {
    let Value::Object(object) = value else { return None };
    fields_from_json(object)
}

fn fields_from_json(object: Map<String, Value>) -> Option<Fields> {
    object.into_iter().map(|(name, value)| Some((name, value_from_json(value)?))).collect()
}

fn value_from_json(value: Value) -> Option<FieldValue> {
    Some(match value {
        Value::String(text) => FieldValue::Text(text),
        Value::Number(number) => FieldValue::Integer(number.as_i64()?),
        Value::Bool(flag) => FieldValue::Flag(flag),
        Value::Array(elements) => {
            FieldValue::List(elements.into_iter().map(value_from_json).collect::<Option<_>>()?)
        }
        Value::Object(object) => match object.get(DATE) {
            Some(at) => FieldValue::Time(DateTime::<Utc>::from_timestamp_millis(at.as_i64()?)?),
            None => FieldValue::Fields(fields_from_json(object)?),
        },
        Value::Null => return None,
    })
}

/// The condition for a value at a path: the column, and a predicate as SQL/JSON path. It is
/// lax, so it searches lists too.
pub(super) fn condition(path: &FieldPath, value: Sought<'_>) -> (&'static str, String) {
    // This field has a column of its own, with an index.
    let (column, place) = if path.as_str() == SUBJECT {
        ("subjects", String::new())
    } else {
        ("fields", path.names().flat_map(|name| [".\"", name, "\""]).collect())
    };
    let value = match value {
        // A text in a path is quoted as in JSON.
        Sought::Text(text) => Value::from(text),
        Sought::Integer(number) => number.into(),
        Sought::Flag(flag) => flag.into(),
    };
    (column, format!("${place} == {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_comes_back_as_it_was_put() {
        let at = DateTime::<Utc>::from_timestamp_millis(1_790_000_000_123).unwrap();
        let fields = Fields::new()
            .with("createdDate", at)
            .with("list", vec![1_i64.into(), true.into(), "प्रीति".into()])
            .with("inner", Fields::new().with("empty", Fields::new()));
        assert_eq!(from_json(to_json(&fields)), Some(fields));
        assert_eq!(from_json(json!({ "a": null })), None);
        assert_eq!(from_json(json!({ "a": 1.5 })), None);
    }

    #[test]
    fn a_text_cannot_leave_its_quotes() {
        let path = FieldPath::parse("a.b").unwrap();
        let (column, predicate) = condition(&path, Sought::Text("\" || true == \"\\"));
        assert_eq!(
            (column, predicate.as_str()),
            ("fields", r#"$."a"."b" == "\" || true == \"\\""#)
        );
    }
}
