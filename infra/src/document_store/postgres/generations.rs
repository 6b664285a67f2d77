//! The generations of a collection: rows of `hip.document_generation`.

use hip_commands::port::document_store::{CollectionName, DocumentError, FieldPath, Index};
use sqlx::{PgPool, PgTransaction};

use super::fault::fault;
use crate::postgres::begin;
use crate::postgres::deadline::InTime;

/// Documents of a retired generation deleted in one step.
const RETIRE_PAGE: i64 = 1000;

pub(super) async fn prepare(
    pool: &PgPool,
    collection: &CollectionName,
    generation: i32,
    indexes: &[Index],
) -> Result<(), DocumentError> {
    // Every value is indexed already; only the unique fields must be recorded.
    let unique: Vec<&str> =
        indexes.iter().filter(|it| it.is_unique).map(|it| it.field.as_str()).collect();
    let state: String = sqlx::query_scalar(
        "INSERT INTO hip.document_generation AS kept (collection, generation, state, unique_fields) \
         VALUES ($1, $2, 'building', $3) \
         ON CONFLICT (collection, generation) DO UPDATE SET state = kept.state \
         RETURNING state",
    )
    .bind(collection.as_str())
    .bind(generation)
    .bind(&unique)
    .fetch_one(pool)
    .in_time()
    .await
    .map_err(fault)?;
    if state == "retired" { Err(unknown(collection, generation)) } else { Ok(()) }
}

pub(super) async fn live(
    pool: &PgPool,
    collection: &CollectionName,
) -> Result<Option<i32>, DocumentError> {
    sqlx::query_scalar(
        "SELECT generation FROM hip.document_generation WHERE collection = $1 AND state = 'live'",
    )
    .bind(collection.as_str())
    .fetch_optional(pool)
    .in_time()
    .await
    .map_err(fault)
}

pub(super) async fn promote(
    pool: &PgPool,
    collection: &CollectionName,
    generation: i32,
) -> Result<(), DocumentError> {
    let mut transaction = begin(pool).await.map_err(fault)?;
    // Locks all rows of the collection in one order, so that concurrent promotions run one after the other.
    let states: Vec<(i32, String)> = sqlx::query_as(
        "SELECT generation, state FROM hip.document_generation \
          WHERE collection = $1 ORDER BY generation FOR UPDATE",
    )
    .bind(collection.as_str())
    .fetch_all(&mut *transaction)
    .await
    .map_err(fault)?;
    match states.iter().find(|(it, _)| *it == generation).map(|(_, state)| state.as_str()) {
        Some("live") => return Ok(()),
        Some("building") => {}
        Some(_) | None => return Err(unknown(collection, generation)),
    }
    // One after the other: two generations are never live at the same time.
    for statement in [
        "UPDATE hip.document_generation SET state = 'retired' \
          WHERE collection = $1 AND generation <> $2 AND state = 'live'",
        "UPDATE hip.document_generation SET state = 'live' \
          WHERE collection = $1 AND generation = $2",
    ] {
        sqlx::query(statement)
            .bind(collection.as_str())
            .bind(generation)
            .execute(&mut *transaction)
            .await
            .map_err(fault)?;
    }
    transaction.commit().await.map_err(fault)
}

pub(super) async fn retire(
    pool: &PgPool,
    collection: &CollectionName,
    generation: i32,
) -> Result<(), DocumentError> {
    // No writer can find it any more; its documents are deleted in steps, then its name.
    let retired = sqlx::query(
        "UPDATE hip.document_generation SET state = 'retired' \
          WHERE collection = $1 AND generation = $2 AND state <> 'live'",
    )
    .bind(collection.as_str())
    .bind(generation)
    .execute(pool)
    .in_time()
    .await
    .map_err(fault)?;
    if retired.rows_affected() == 0 {
        return match live(pool, collection).await? {
            Some(live) if live == generation => {
                Err(DocumentError::Live { collection: collection.clone(), generation })
            }
            Some(_) | None => Ok(()),
        };
    }
    for statement in [
        "DELETE FROM hip.document_unique WHERE ctid IN (SELECT ctid FROM hip.document_unique \
          WHERE collection = $1 AND generation = $2 LIMIT $3)",
        "DELETE FROM hip.document WHERE ctid IN (SELECT ctid FROM hip.document \
          WHERE collection = $1 AND generation = $2 LIMIT $3)",
        "DELETE FROM hip.document_generation WHERE ctid IN (SELECT ctid FROM hip.document_generation \
          WHERE collection = $1 AND generation = $2 AND state = 'retired' LIMIT $3)",
    ] {
        while sqlx::query(statement)
            .bind(collection.as_str())
            .bind(generation)
            .bind(RETIRE_PAGE)
            .execute(pool)
            .in_time()
            .await
            .map_err(fault)?
            .rows_affected()
            > 0
        {}
    }
    Ok(())
}

/// The unique fields of a generation that can be written. Locks the generation until the transaction
/// ends, so it cannot be replaced.
pub(super) async fn unique_fields(
    transaction: &mut PgTransaction<'_>,
    collection: &CollectionName,
    generation: i32,
) -> Result<Vec<FieldPath>, DocumentError> {
    let fields: Option<Vec<String>> = sqlx::query_scalar(
        "SELECT unique_fields FROM hip.document_generation \
          WHERE collection = $1 AND generation = $2 AND state IN ('building', 'live') FOR SHARE",
    )
    .bind(collection.as_str())
    .bind(generation)
    .fetch_optional(&mut **transaction)
    .await
    .map_err(fault)?;
    let fields = fields.ok_or_else(|| unknown(collection, generation))?;
    Ok(fields.into_iter().filter_map(|field| FieldPath::parse(field).ok()).collect())
}

fn unknown(collection: &CollectionName, generation: i32) -> DocumentError {
    DocumentError::UnknownGeneration { collection: collection.clone(), generation }
}
