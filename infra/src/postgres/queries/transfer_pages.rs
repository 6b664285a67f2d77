//! The pages of one transfer.

use hip_domain::id::TransactionId;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool};

use crate::postgres::deadline::InTime as _;

/// Maximum number of pages that are read. A transfer has as many pages as the consent has documents.
const PAGE_COUNT_MAX: i64 = 10_000;

/// Reads the pages of a transfer, in order.
///
/// # Errors
///
/// The database does not answer.
pub async fn read<T>(pool: &PgPool, transfer: &TransactionId) -> Result<Vec<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    sqlx::query_as(
        "SELECT page, plain_bytes, ciphertext, created_at, pushed_at, push_status, skipped \
           FROM hip.health_information WHERE transaction_id = $1 ORDER BY page LIMIT $2",
    )
    .bind(transfer.as_str())
    .bind(PAGE_COUNT_MAX)
    .fetch_all(pool)
    .in_time()
    .await
}
