//! Documents as rows in Postgres.

mod fault;
mod generations;
mod json;
mod write;

use async_trait::async_trait;
use hip_commands::port::DocumentStore;
use hip_commands::port::document_store::{
    CollectionDigest, CollectionName, Document, DocumentError, FieldPath, Index, Put, Sought,
};
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};

use self::fault::fault;
use super::batch::{Write, batches};
use super::digest::Digester;
use crate::postgres::begin;
use crate::postgres::deadline::InTime;

/// Documents read at a time for a digest.
const DIGEST_PAGE: u32 = 200;

/// Documents in Postgres. Only the subject field has an index; a search by any other field scans the collection.
pub struct PgDocumentStore {
    pool: PgPool,
}

#[derive(sqlx::FromRow)]
struct Row {
    key: String,
    position: i64,
    generation: i32,
    fields: Value,
}

/// Key, position, generation and fields; without a document only the generation is set.
type MaybeRow = (Option<String>, Option<i64>, i32, Option<Value>);

impl PgDocumentStore {
    /// Stores documents in the database of `pool`.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    async fn rows(
        &self,
        collection: &CollectionName,
        generation: i32,
        after_key: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Document>, DocumentError> {
        let rows = sqlx::query_as(
            "SELECT key, position, generation, fields FROM hip.document \
              WHERE collection = $1 AND generation = $2 AND key > $3 AND fields IS NOT NULL \
              ORDER BY key LIMIT $4",
        )
        .bind(collection.as_str())
        .bind(generation)
        .bind(after_key.unwrap_or("")) // no key is empty
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .in_time()
        .await;
        documents(collection, rows)
    }
}

#[async_trait]
impl DocumentStore for PgDocumentStore {
    fn is_in_database(&self) -> bool {
        true
    }

    async fn ping(&self) -> Result<(), DocumentError> {
        sqlx::query("SELECT 1").execute(&self.pool).in_time().await.map(|_| ()).map_err(fault)
    }

    async fn prepare(
        &self,
        collection: &CollectionName,
        generation: i32,
        indexes: &[Index],
    ) -> Result<(), DocumentError> {
        generations::prepare(&self.pool, collection, generation, indexes).await
    }

    async fn live(&self, collection: &CollectionName) -> Result<Option<i32>, DocumentError> {
        generations::live(&self.pool, collection).await
    }

    async fn put_many(
        &self,
        collection: &CollectionName,
        generation: i32,
        puts: &[Put],
    ) -> Result<(), DocumentError> {
        for batch in batches(puts)? {
            write::write(&self.pool, collection, generation, &batch).await?;
        }
        Ok(())
    }

    async fn remove(
        &self,
        collection: &CollectionName,
        generation: i32,
        key: &str,
        position: i64,
    ) -> Result<(), DocumentError> {
        let tombstone = Write { key, position, fields: None };
        write::write(&self.pool, collection, generation, &[tombstone]).await
    }

    async fn purge_tombstones(
        &self,
        collection: &CollectionName,
        generation: i32,
        up_to_position: i64,
    ) -> Result<u64, DocumentError> {
        let purged = sqlx::query(
            "DELETE FROM hip.document \
              WHERE collection = $1 AND generation = $2 AND is_tombstone AND position <= $3",
        )
        .bind(collection.as_str())
        .bind(generation)
        .bind(up_to_position)
        .execute(&self.pool)
        .in_time()
        .await
        .map_err(fault)?;
        Ok(purged.rows_affected())
    }

    async fn get(
        &self,
        collection: &CollectionName,
        key: &str,
    ) -> Result<Option<Document>, DocumentError> {
        let rows = sqlx::query_as(
            "SELECT d.key, d.position, d.generation, d.fields FROM hip.document d \
               JOIN hip.document_generation g USING (collection, generation) \
              WHERE collection = $1 AND g.state = 'live' AND d.key = $2 AND d.fields IS NOT NULL",
        )
        .bind(collection.as_str())
        .bind(key)
        .fetch_all(&self.pool)
        .in_time()
        .await;
        Ok(documents(collection, rows)?.pop())
    }

    async fn get_in(
        &self,
        collection: &CollectionName,
        generation: i32,
        key: &str,
    ) -> Result<Option<Document>, DocumentError> {
        // One statement: a rebuild calls this often.
        let rows: Vec<MaybeRow> = sqlx::query_as(
            "SELECT d.key, d.position, g.generation, d.fields FROM hip.document_generation g \
               LEFT JOIN hip.document d ON d.collection = g.collection AND d.generation = g.generation \
                                       AND d.key = $3 AND d.fields IS NOT NULL \
              WHERE g.collection = $1 AND g.generation = $2 AND g.state <> 'retired'",
        )
        .bind(collection.as_str())
        .bind(generation)
        .bind(key)
        .fetch_all(&self.pool)
        .in_time()
        .await
        .map_err(fault)?;
        let Some((key, position, generation, fields)) = rows.into_iter().next() else {
            let collection = collection.clone();
            return Err(DocumentError::UnknownGeneration { collection, generation });
        };
        let row = key.zip(position).zip(fields);
        let row = row.map(|((key, position), fields)| Row { key, position, generation, fields });
        Ok(documents(collection, Ok(row.into_iter().collect()))?.pop())
    }

    async fn find_in(
        &self,
        collection: &CollectionName,
        generation: i32,
        field: &FieldPath,
        value: Sought<'_>,
        limit: u32,
    ) -> Result<Vec<Document>, DocumentError> {
        let (column, predicate) = json::condition(field, value);
        let rows = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT key, position, generation, fields FROM hip.document \
              WHERE collection = $1 AND generation = $2 AND {column} @@ $3::text::jsonpath \
              ORDER BY key LIMIT $4",
        )))
        .bind(collection.as_str())
        .bind(generation)
        .bind(predicate)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .in_time()
        .await;
        documents(collection, rows)
    }

    async fn find(
        &self,
        collection: &CollectionName,
        field: &FieldPath,
        value: Sought<'_>,
        limit: u32,
    ) -> Result<Vec<Document>, DocumentError> {
        let (column, predicate) = json::condition(field, value);
        let rows = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT d.key, d.position, d.generation, d.fields FROM hip.document d \
               JOIN hip.document_generation g USING (collection, generation) \
              WHERE collection = $1 AND g.state = 'live' AND d.{column} @@ $2::text::jsonpath \
              ORDER BY d.key LIMIT $3",
        )))
        .bind(collection.as_str())
        .bind(predicate)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .in_time()
        .await;
        documents(collection, rows)
    }

    async fn page(
        &self,
        collection: &CollectionName,
        after_key: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Document>, DocumentError> {
        let rows = sqlx::query_as(
            "SELECT d.key, d.position, d.generation, d.fields FROM hip.document d \
               JOIN hip.document_generation g USING (collection, generation) \
              WHERE collection = $1 AND g.state = 'live' AND d.key > $2 AND d.fields IS NOT NULL \
              ORDER BY d.key LIMIT $3",
        )
        .bind(collection.as_str())
        .bind(after_key.unwrap_or("")) // no key is empty
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .in_time()
        .await;
        documents(collection, rows)
    }

    async fn digest(
        &self,
        collection: &CollectionName,
        generation: i32,
    ) -> Result<CollectionDigest, DocumentError> {
        let mut transaction = begin(&self.pool).await.map_err(fault)?;
        generations::unique_fields(&mut transaction, collection, generation).await?;
        drop(transaction);
        let mut digester = Digester::new();
        let mut after_key = None;
        loop {
            let page = self.rows(collection, generation, after_key.as_deref(), DIGEST_PAGE).await?;
            for document in &page {
                digester.add(document);
            }
            match page.into_iter().last() {
                Some(last) => after_key = Some(last.key),
                None => return Ok(digester.finish()),
            }
        }
    }

    async fn promote(
        &self,
        collection: &CollectionName,
        generation: i32,
    ) -> Result<(), DocumentError> {
        generations::promote(&self.pool, collection, generation).await
    }

    async fn retire(
        &self,
        collection: &CollectionName,
        generation: i32,
    ) -> Result<(), DocumentError> {
        generations::retire(&self.pool, collection, generation).await
    }
}

fn documents(
    collection: &CollectionName,
    rows: Result<Vec<Row>, sqlx::Error>,
) -> Result<Vec<Document>, DocumentError> {
    let document = |row: Row| {
        let Row { key, position, generation, fields } = row;
        let fields = json::from_json(fields)
            .ok_or_else(|| DocumentError::NotUnderstood(collection.clone()))?;
        Ok(Document { key, position, generation, fields })
    };
    rows.map_err(fault)?.into_iter().map(document).collect()
}
