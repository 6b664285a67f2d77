//! Databases that a command creates for itself and removes at its end.

use sqlx::{AssertSqlSafe, PgPool};

/// Creates an empty database, in place of one of the same name that an earlier run left.
///
/// # Errors
///
/// The server refuses, or does not answer.
pub async fn create(admin: &PgPool, name: &'static str) -> Result<(), sqlx::Error> {
    remove(admin, name).await?;
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE template0")))
        .execute(admin)
        .await?;
    Ok(())
}

/// Removes a database, if it exists, and ends its sessions.
///
/// # Errors
///
/// The server refuses, or does not answer.
pub async fn remove(admin: &PgPool, name: &'static str) -> Result<(), sqlx::Error> {
    sqlx::query(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")))
        .execute(admin)
        .await?;
    Ok(())
}
