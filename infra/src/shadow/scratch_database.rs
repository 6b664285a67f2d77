//! The empty database that a shadow replay works on.

use sqlx::{AssertSqlSafe, PgPool};

/// Its name. A database of this name is taken for one of ours.
pub const NAME: &str = "hip_shadow";

/// Creates it, in place of one that an earlier run left.
///
/// # Errors
///
/// The server refuses, or does not answer.
pub async fn create(admin: &PgPool) -> Result<(), sqlx::Error> {
    drop(admin).await?;
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {NAME} TEMPLATE template0")))
        .execute(admin)
        .await?;
    Ok(())
}

/// Drops it, if it exists, and ends its sessions.
///
/// # Errors
///
/// The server refuses, or does not answer.
pub async fn drop(admin: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")))
        .execute(admin)
        .await?;
    Ok(())
}
