//! Digests of table contents.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, PgPool, PgTransaction};

use crate::postgres::begin;
use crate::postgres::event_store::SHARD;

/// Content of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Contents {
    pub(super) table: String,
    pub(super) rows: i64,
    /// Sum over a hash of each row, independent of the order.
    pub(super) digest: String,
}

/// A live read model.
#[derive(Debug, Clone)]
pub(super) struct Live {
    /// Its checkpoint.
    pub(super) position: i64,
    pub(super) contents: Vec<Contents>,
}

/// The live tables, in one snapshot, by the name of their projection.
pub(super) async fn live(pool: &PgPool) -> Result<HashMap<String, Live>, sqlx::Error> {
    let mut transaction = begin(pool).await?;
    sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        .execute(&mut *transaction)
        .await?;
    let positions: Vec<(String, i64)> = sqlx::query_as(
        "SELECT name, position FROM es.projection \
          WHERE shard = $1 AND state IN ('live', 'halted') \
            AND name IN (SELECT projection FROM hip.projection_table)",
    )
    .bind(SHARD)
    .fetch_all(&mut *transaction)
    .await?;
    let mut found = HashMap::new();
    for (name, position) in positions {
        let contents = contents(&mut transaction, &name).await?;
        found.insert(name, Live { position, contents });
    }
    Ok(found)
}

/// Contents of the tables of a projection.
pub(super) async fn contents(
    transaction: &mut PgTransaction<'_>,
    projection: &str,
) -> Result<Vec<Contents>, sqlx::Error> {
    // A digest of a large table takes longer than the statement time limit. The settings make the text of times unique.
    sqlx::query(
        "SELECT set_config('statement_timeout', '0', true), set_config('timezone', 'UTC', true)",
    )
    .execute(&mut **transaction)
    .await?;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT quote_ident(table_name) FROM hip.projection_table WHERE projection = $1 ORDER BY 1",
    )
    .bind(projection)
    .fetch_all(&mut **transaction)
    .await?;
    let mut all = vec![];
    for table in tables {
        let digest = format!(
            "SELECT count(*), coalesce(sum(hashtextextended(x::text, 0)::numeric), 0)::text FROM hip.{table} x"
        );
        let (rows, digest) =
            sqlx::query_as(AssertSqlSafe(digest)).fetch_one(&mut **transaction).await?;
        all.push(Contents { table, rows, digest });
    }
    Ok(all)
}
