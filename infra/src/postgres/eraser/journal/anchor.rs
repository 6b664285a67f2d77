//! The database's record of the journal, so that removed lines are detected.

use sqlx::{PgExecutor, PgPool};

use super::check::Head;
use crate::postgres::deadline::InTime;

/// The recorded length and digest; `None` if this database never saw a journal.
pub(super) async fn known(pool: &PgPool) -> Result<Option<Head>, sqlx::Error> {
    let row: Option<(i64, [u8; 32])> =
        sqlx::query_as("SELECT lines, digest FROM vault.erasure_journal")
            .fetch_optional(pool)
            .in_time()
            .await?;
    Ok(row
        .map(|(lines, digest)| Head { lines: usize::try_from(lines).unwrap_or_default(), digest }))
}

/// Records the current length. Of several processes the largest value wins.
pub(super) async fn note(executor: impl PgExecutor<'_>, head: Head) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO vault.erasure_journal AS known (lines, digest) VALUES ($1, $2) \
         ON CONFLICT (one) DO UPDATE SET lines = excluded.lines, digest = excluded.digest, at = now() \
          WHERE known.lines < excluded.lines",
    )
    .bind(lines(head))
    .bind(head.digest)
    .execute(executor)
    .await?;
    Ok(())
}

/// Records the current length, whatever was recorded before.
pub(super) async fn replace(pool: &PgPool, head: Head) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO vault.erasure_journal (lines, digest) VALUES ($1, $2) \
         ON CONFLICT (one) DO UPDATE SET lines = excluded.lines, digest = excluded.digest, at = now()",
    )
    .bind(lines(head))
    .bind(head.digest)
    .execute(pool)
    .in_time()
    .await?;
    Ok(())
}

fn lines(head: Head) -> i64 {
    i64::try_from(head.lines).expect("a file has fewer lines")
}
