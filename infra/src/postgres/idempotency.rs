//! Stored responses to requests with an `Idempotency-Key`, in the database: several processes serve the same
//! callers.

use std::time::Duration;

use hip_domain::id::ClientName;
use sqlx::PgPool;
use uuid::Uuid;

use super::deadline::InTime as _;

/// Where a response is stored. Two clients may use the same key.
pub struct StorageKey {
    /// The client that sent the request.
    pub client: ClientName,
    /// Its `Idempotency-Key`.
    pub key: String,
}

/// A stored response.
pub struct StoredAnswer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Location`.
    pub location: Option<String>,
    /// The body, whole.
    pub body: Vec<u8>,
}

/// State of a storage key.
pub enum KeyState {
    /// Claimed by us.
    Claimed(Uuid),
    /// A response is stored.
    Answered(StoredAnswer),
    /// Another request is being processed.
    InProgress,
    /// The key was used for another request.
    Reused,
}

/// Expired responses are removed during later requests, a few at a time.
const REMOVED_AT_ONCE: i64 = 20;

type Stored = (Vec<u8>, Option<i32>, Option<String>, Option<String>, Option<Vec<u8>>);

impl KeyState {
    /// Claims a storage key unless it is in use. An expired one is free, and so is the claim of a lost
    /// process, for the same request.
    pub async fn claim(
        pool: &PgPool,
        at: &StorageKey,
        fingerprint: [u8; 32],
        claim_for: Duration,
        keep_for: Duration,
    ) -> Result<Self, sqlx::Error> {
        #[expect(
            clippy::disallowed_methods,
            reason = "a claim has a name of its own, and no more to it"
        )]
        let claim = Uuid::new_v4();
        let taken: Option<bool> = sqlx::query_scalar(
            "INSERT INTO hip.idempotency AS i (client, key, request, claim, claimed_until, expires_at) \
             VALUES ($1, $2, $3, $4, now() + $5 * interval '1 second', now() + $6 * interval '1 second') \
             ON CONFLICT (client, key) DO UPDATE \
                SET request = EXCLUDED.request, claim = EXCLUDED.claim, claimed_until = EXCLUDED.claimed_until, \
                    expires_at = EXCLUDED.expires_at, status = NULL, content_type = NULL, location = NULL, body = NULL \
              WHERE i.expires_at < now() \
                 OR (i.status IS NULL AND i.claimed_until < now() AND i.request = EXCLUDED.request) \
             RETURNING true",
        )
        .bind(at.client.as_str())
        .bind(&at.key)
        .bind(fingerprint.as_slice())
        .bind(claim)
        .bind(claim_for.as_secs_f64())
        .bind(keep_for.as_secs_f64())
        .fetch_optional(pool)
        .in_time()
        .await?;
        if taken.is_some() {
            return Ok(Self::Claimed(claim));
        }
        let stored: Option<Stored> = sqlx::query_as(
            "SELECT request, status, content_type, location, body FROM hip.idempotency \
              WHERE client = $1 AND key = $2",
        )
        .bind(at.client.as_str())
        .bind(&at.key)
        .fetch_optional(pool)
        .in_time()
        .await?;
        Ok(match stored {
            Some((request, ..)) if request != fingerprint => Self::Reused,
            Some((_, Some(status), content_type, location, body)) => Self::Answered(StoredAnswer {
                status: u16::try_from(status).unwrap_or_default(),
                content_type,
                location,
                body: body.unwrap_or_default(),
            }),
            // Just removed, or not answered yet: the next try will tell.
            Some((_, None, ..)) | None => Self::InProgress,
        })
    }
}

impl StoredAnswer {
    /// Stores a response, and removes some expired ones.
    pub async fn keep(
        self,
        pool: &PgPool,
        at: &StorageKey,
        claim: Uuid,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE hip.idempotency SET status = $4, content_type = $5, location = $6, body = $7 \
              WHERE client = $1 AND key = $2 AND claim = $3",
        )
        .bind(at.client.as_str())
        .bind(&at.key)
        .bind(claim)
        .bind(i32::from(self.status))
        .bind(self.content_type)
        .bind(self.location)
        .bind(self.body)
        .execute(pool)
        .in_time()
        .await?;
        sqlx::query(
            "DELETE FROM hip.idempotency WHERE ctid = ANY (ARRAY ( \
               SELECT ctid FROM hip.idempotency WHERE expires_at < now() LIMIT $1 FOR UPDATE SKIP LOCKED))",
        )
        .bind(REMOVED_AT_ONCE)
        .execute(pool)
        .in_time()
        .await?;
        Ok(())
    }
}

/// Releases a storage key, so that the request can be retried.
pub async fn forget(pool: &PgPool, at: &StorageKey, claim: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM hip.idempotency WHERE client = $1 AND key = $2 AND claim = $3")
        .bind(at.client.as_str())
        .bind(&at.key)
        .bind(claim)
        .execute(pool)
        .in_time()
        .await?;
    Ok(())
}
