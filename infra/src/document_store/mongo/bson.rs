//! Documents as BSON.

use chrono::{DateTime, Utc};
use hip_commands::port::document_store::{Document, FieldValue, Fields, Sought};
use mongodb::bson::{self, Bson, doc};

use crate::document_store::batch::Write;

/// Our own fields. No field of a document begins with a `_`.
pub(super) const GENERATION: &str = "_gen";
pub(super) const POSITION: &str = "_pos";
pub(super) const GONE: &str = "_gone";

/// The stored form of a document or tombstone.
pub(super) fn stored(write: &Write<'_>, generation: i32) -> bson::Document {
    let mut stored = doc! { "_id": write.key, GENERATION: generation, POSITION: write.position };
    match write.fields {
        Some(fields) => stored.extend(to_bson(fields)),
        None => {
            stored.insert(GONE, true);
        }
    }
    stored
}

/// `None` if this is not one of our documents.
pub(super) fn document(mut stored: bson::Document) -> Option<Document> {
    let Some(Bson::String(key)) = stored.remove("_id") else { return None };
    let generation = stored.remove(GENERATION)?.as_i32()?;
    let position = stored.remove(POSITION)?.as_i64()?;
    Some(Document { key, position, generation, fields: from_bson(stored)? })
}

fn to_bson(fields: &Fields) -> bson::Document {
    fields.iter().map(|(name, value)| (name.to_owned(), value_to_bson(value))).collect()
}

fn value_to_bson(value: &FieldValue) -> Bson {
    match value {
        FieldValue::Text(text) => Bson::String(text.clone()),
        FieldValue::Integer(number) => Bson::Int64(*number),
        FieldValue::Flag(flag) => Bson::Boolean(*flag),
        FieldValue::Time(at) => Bson::DateTime(bson::DateTime::from_millis(at.timestamp_millis())),
        FieldValue::List(elements) => Bson::Array(elements.iter().map(value_to_bson).collect()),
        FieldValue::Fields(fields) => Bson::Document(to_bson(fields)),
    }
}

fn from_bson(document: bson::Document) -> Option<Fields> {
    document.into_iter().map(|(name, value)| Some((name, value_from_bson(value)?))).collect()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the other kinds are never written")]
fn value_from_bson(value: Bson) -> Option<FieldValue> {
    Some(match value {
        Bson::String(text) => FieldValue::Text(text),
        Bson::Int64(number) => FieldValue::Integer(number),
        Bson::Int32(number) => FieldValue::Integer(number.into()),
        Bson::Boolean(flag) => FieldValue::Flag(flag),
        Bson::DateTime(at) => {
            FieldValue::Time(DateTime::<Utc>::from_timestamp_millis(at.timestamp_millis())?)
        }
        Bson::Array(elements) => {
            FieldValue::List(elements.into_iter().map(value_from_bson).collect::<Option<_>>()?)
        }
        Bson::Document(document) => FieldValue::Fields(from_bson(document)?),
        _ => return None,
    })
}

pub(super) fn sought(value: Sought<'_>) -> Bson {
    match value {
        Sought::Text(text) => text.into(),
        Sought::Integer(number) => number.into(),
        Sought::Flag(flag) => flag.into(),
    }
}

/// Filter for keys after the given one.
pub(super) fn after(key: Option<&str>) -> bson::Document {
    key.map_or_else(bson::Document::new, |key| doc! { "_id": { "$gt": key } })
}
