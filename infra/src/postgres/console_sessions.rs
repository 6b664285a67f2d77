//! Sessions of people in the console. They are in the database, so that several processes know them and each
//! can be ended.

use chrono::{DateTime, TimeDelta, Utc};
use hip_domain::id::ClientName;
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use super::deadline::InTime;

/// SHA-256 of the token that the browser has.
pub type TokenDigest = [u8; 32];

/// How often `seen_at` is written at most.
const SEEN_AGAIN: TimeDelta = TimeDelta::seconds(20);

/// A session that has not ended.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct ConsoleSession {
    /// The client that signed in.
    pub client: String,
    /// `ist` or `utc`.
    pub zone: String,
    /// `en` or `hi`.
    pub language: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// When a person last opened a page.
    pub seen_at: DateTime<Utc>,
    /// When it ends, whatever is done.
    pub ends_at: DateTime<Utc>,
    /// Log position of the last write in it.
    pub written: i64,
}

/// How a page is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferences {
    /// `ist` or `utc`.
    pub zone: String,
    /// `en` or `hi`.
    pub language: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
}

/// The digest under which a token is stored.
pub fn token_digest(token: &str) -> TokenDigest {
    Sha256::digest(token).into()
}

/// Stores a new session, and removes some that have ended.
///
/// # Errors
///
/// The database cannot be used.
pub async fn begin(
    pool: &PgPool,
    token: &TokenDigest,
    client: &ClientName,
    shown: &Preferences,
    (now, ends_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), sqlx::Error> {
    let ended = "DELETE FROM hip.console_session WHERE token_sha256 IN \
                 (SELECT token_sha256 FROM hip.console_session WHERE ends_at < $1 LIMIT 20)";
    sqlx::query(ended).bind(now).execute(pool).in_time().await?;
    sqlx::query(
        "INSERT INTO hip.console_session \
           (token_sha256, client, zone, language, theme, began_at, seen_at, ends_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
    )
    .bind(token)
    .bind(client.as_str())
    .bind(&shown.zone)
    .bind(&shown.language)
    .bind(&shown.theme)
    .bind(now)
    .bind(ends_at)
    .execute(pool)
    .in_time()
    .await?;
    Ok(())
}

/// Finds a session that has not ended and was not idle for longer than `idle`.
///
/// # Errors
///
/// The database cannot be used.
pub async fn find(
    pool: &PgPool,
    token: &TokenDigest,
    now: DateTime<Utc>,
    idle: TimeDelta,
) -> Result<Option<ConsoleSession>, sqlx::Error> {
    sqlx::query_as(
        "SELECT client, zone, language, theme, seen_at, ends_at, written FROM hip.console_session \
          WHERE token_sha256 = $1 AND ends_at > $2 AND seen_at > $3",
    )
    .bind(token)
    .bind(now)
    .bind(now - idle)
    .fetch_optional(pool)
    .in_time()
    .await
}

/// A person has opened a page: the session is not idle.
///
/// # Errors
///
/// The database cannot be used.
pub async fn touch(
    pool: &PgPool,
    token: &TokenDigest,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE hip.console_session SET seen_at = $2 WHERE token_sha256 = $1 AND seen_at < $3",
    )
    .bind(token)
    .bind(now)
    .bind(now - SEEN_AGAIN)
    .execute(pool)
    .in_time()
    .await?;
    Ok(())
}

/// Changes how pages are shown in a session.
///
/// # Errors
///
/// The database cannot be used.
pub async fn prefer(
    pool: &PgPool,
    token: &TokenDigest,
    shown: &Preferences,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE hip.console_session SET zone = $2, language = $3, theme = $4 WHERE token_sha256 = $1",
    )
    .bind(token)
    .bind(&shown.zone)
    .bind(&shown.language)
    .bind(&shown.theme)
    .execute(pool)
    .in_time()
    .await?;
    Ok(())
}

/// Remembers the position of a write: the next page shows at least what was written.
///
/// # Errors
///
/// The database cannot be used.
pub async fn wrote(pool: &PgPool, token: &TokenDigest, position: i64) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE hip.console_session SET written = greatest(written, $2) WHERE token_sha256 = $1",
    )
    .bind(token)
    .bind(position)
    .execute(pool)
    .in_time()
    .await?;
    Ok(())
}

/// Ends a session. Returns whether there was one.
///
/// # Errors
///
/// The database cannot be used.
pub async fn end(pool: &PgPool, token: &TokenDigest) -> Result<bool, sqlx::Error> {
    let done = sqlx::query("DELETE FROM hip.console_session WHERE token_sha256 = $1")
        .bind(token)
        .execute(pool)
        .in_time()
        .await?;
    Ok(done.rows_affected() == 1)
}
