//! Writes that replace only what has a lower position.

use hip_commands::port::document_store::{CollectionName, DocumentError, FieldPath};
use sqlx::{PgPool, PgTransaction};

use super::fault::fault;
use super::generations::unique_fields;
use super::json;
use crate::document_store::batch::Write;
use crate::document_store::digest::of_value;
use crate::postgres::begin;

/// Writes a batch atomically.
pub(super) async fn write(
    pool: &PgPool,
    collection: &CollectionName,
    generation: i32,
    writes: &[Write<'_>],
) -> Result<(), DocumentError> {
    let keys: Vec<&str> = writes.iter().map(|write| write.key).collect();
    let positions: Vec<i64> = writes.iter().map(|write| write.position).collect();
    let fields = |write: &Write<'_>| write.fields.map(|it| json::to_json(it).to_string());
    let fields: Vec<Option<String>> = writes.iter().map(fields).collect();
    // Begins only when all data is ready: the server closes an idle transaction.
    let mut transaction = begin(pool).await.map_err(fault)?;
    let unique_fields = unique_fields(&mut transaction, collection, generation).await?;
    let written: Vec<String> = sqlx::query_scalar(
        "INSERT INTO hip.document AS kept (collection, generation, key, position, fields) \
         SELECT $1, $2, key, position, fields::jsonb \
           FROM unnest($3::text[], $4::bigint[], $5::text[]) AS new (key, position, fields) \
         ON CONFLICT (collection, generation, key) \
         DO UPDATE SET position = EXCLUDED.position, fields = EXCLUDED.fields \
          WHERE kept.position < EXCLUDED.position \
         RETURNING key",
    )
    .bind(collection.as_str())
    .bind(generation)
    .bind(&keys)
    .bind(&positions)
    .bind(&fields)
    .fetch_all(&mut *transaction)
    .await
    .map_err(fault)?;
    if !unique_fields.is_empty() {
        let is_written = |write: &&Write<'_>| written.iter().any(|key| key == write.key);
        let writes: Vec<&Write<'_>> = writes.iter().filter(is_written).collect();
        claim(&mut transaction, collection, generation, &unique_fields, &writes).await?;
    }
    transaction.commit().await.map_err(fault)
}

/// Claims the values of unique fields for these documents, and releases their previous values.
async fn claim(
    transaction: &mut PgTransaction<'_>,
    collection: &CollectionName,
    generation: i32,
    unique_fields: &[FieldPath],
    writes: &[&Write<'_>],
) -> Result<(), DocumentError> {
    let (mut fields, mut values, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for write in writes {
        for field in unique_fields {
            let mut held: Vec<String> =
                write.fields.map_or(vec![], |it| it.at(field)).into_iter().map(of_value).collect();
            held.sort_unstable();
            held.dedup(); // a list may have a value twice
            for value in held {
                fields.push(field.as_str());
                values.push(value);
                keys.push(write.key);
            }
        }
    }
    let written: Vec<&str> = writes.iter().map(|write| write.key).collect();
    sqlx::query(
        "DELETE FROM hip.document_unique \
          WHERE collection = $1 AND generation = $2 AND key = ANY($3)",
    )
    .bind(collection.as_str())
    .bind(generation)
    .bind(&written)
    .execute(&mut **transaction)
    .await
    .map_err(fault)?;
    sqlx::query(
        "INSERT INTO hip.document_unique (collection, generation, field, value, key) \
         SELECT $1, $2, field, value, key \
           FROM unnest($3::text[], $4::text[], $5::text[]) AS new (field, value, key)",
    )
    .bind(collection.as_str())
    .bind(generation)
    .bind(&fields)
    .bind(&values)
    .bind(&keys)
    .execute(&mut **transaction)
    .await
    .map(|_| ())
    .map_err(|error| match error.as_database_error() {
        Some(refusal) if refusal.is_unique_violation() => {
            DocumentError::Duplicate(collection.clone())
        }
        _ => fault(error),
    })
}
