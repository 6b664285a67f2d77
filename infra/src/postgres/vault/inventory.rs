//! Which key-encryption keys wrap the keys of the vault.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sqlx::PgPool;

use crate::postgres::begin;
use crate::postgres::deadline::InTime;

/// Number of keys under one key-encryption key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnderKek {
    /// Keys of subjects and of messages that are not destroyed.
    pub keys: i64,
    /// Keys of facilities, for their pseudonyms.
    pub facility_keys: i64,
}

/// The ids of all key-encryption keys in use. One index lookup for each.
///
/// # Errors
///
/// The database cannot be used.
pub(super) async fn keks_in_use(pool: &PgPool) -> Result<BTreeSet<String>, sqlx::Error> {
    let ids: Vec<String> = sqlx::query_scalar(
        "WITH RECURSIVE kek AS ( \
           (SELECT kek_id FROM vault.key WHERE wrapped IS NOT NULL ORDER BY kek_id LIMIT 1) \
           UNION ALL \
           SELECT (SELECT k.kek_id FROM vault.key k \
                    WHERE k.wrapped IS NOT NULL AND k.kek_id > kek.kek_id ORDER BY k.kek_id LIMIT 1) \
             FROM kek WHERE kek.kek_id IS NOT NULL) \
         SELECT kek_id FROM kek WHERE kek_id IS NOT NULL \
          UNION SELECT kek_id FROM vault.facility_key",
    )
    .fetch_all(pool)
    .in_time()
    .await?;
    Ok(ids.into_iter().collect())
}

/// Counts keys by id. Reads the whole index.
///
/// # Errors
///
/// The database cannot be used.
pub async fn inventory(pool: &PgPool) -> Result<BTreeMap<String, UnderKek>, sqlx::Error> {
    let mut transaction = begin(pool).await?;
    sqlx::query("SET LOCAL statement_timeout = 0").execute(&mut *transaction).await?;
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT kek_id, sum(keys)::bigint, sum(facility_keys)::bigint FROM ( \
           SELECT kek_id, count(*) AS keys, 0 AS facility_keys FROM vault.key \
            WHERE wrapped IS NOT NULL GROUP BY kek_id \
           UNION ALL SELECT kek_id, 0, count(*) FROM vault.facility_key GROUP BY kek_id) AS counted \
          GROUP BY kek_id",
    )
    .fetch_all(&mut *transaction)
    .await?;
    transaction.commit().await?;
    let under = |keys, facility_keys| UnderKek { keys, facility_keys };
    Ok(rows.into_iter().map(|(id, keys, facility)| (id, under(keys, facility))).collect())
}

/// Whether the vault has no key, and never had one.
///
/// # Errors
///
/// The database cannot be used.
pub(super) async fn is_empty(pool: &PgPool) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT NOT EXISTS (SELECT FROM vault.key) AND NOT EXISTS (SELECT FROM vault.facility_key)",
    )
    .fetch_one(pool)
    .in_time()
    .await
}
