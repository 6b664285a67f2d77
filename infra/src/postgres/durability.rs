//! What the server does before it confirms a commit.

use sqlx::{FromRow, PgPool};

use super::deadline::InTime as _;

/// Settings of the server as this service's sessions have them: they may be set for the server, the database or
/// the role.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Durability {
    /// `fsync`: whether anything is forced to the disk.
    pub fsync: String,
    /// `full_page_writes`: whether a page that was half written is restored.
    pub full_page_writes: String,
    /// `synchronous_commit`: what a commit waits for.
    pub synchronous_commit: String,
    /// `synchronous_standby_names`: the standbys that a commit waits for; empty if none.
    pub synchronous_standby_names: String,
}

impl Durability {
    /// Reads the settings.
    ///
    /// # Errors
    ///
    /// The database does not answer.
    pub async fn read(pool: &PgPool) -> Result<Self, sqlx::Error> {
        sqlx::query_as(
            "SELECT current_setting('fsync') AS fsync, \
                    current_setting('full_page_writes') AS full_page_writes, \
                    current_setting('synchronous_commit') AS synchronous_commit, \
                    current_setting('synchronous_standby_names') AS synchronous_standby_names",
        )
        .fetch_one(pool)
        .in_time()
        .await
    }
}
