//! Stored responses, in the database: several processes serve the same callers.

use std::time::Duration;

use axum::body::Bytes;
use hip_domain::id::ClientName;
use sqlx::PgPool;
use uuid::Uuid;

/// Storage key of a response.
pub(super) struct Place {
    pub(super) client: ClientName,
    pub(super) key: String,
}

/// A stored response.
pub(super) struct StoredAnswer {
    pub(super) status: u16,
    pub(super) content_type: Option<String>,
    pub(super) location: Option<String>,
    pub(super) body: Bytes,
}

/// State of a storage key.
pub(super) enum Row {
    /// Claimed by us.
    Ours(Uuid),
    /// A response is stored.
    Kept(StoredAnswer),
    /// Another request is being processed.
    InWork,
    /// The key was used for another request.
    Other,
}

/// Expired responses are removed during later requests, a few at a time.
const REMOVED_AT_ONCE: i64 = 20;

type Stored = (Vec<u8>, Option<i32>, Option<String>, Option<String>, Option<Vec<u8>>);

impl Row {
    /// Claims a storage key unless it is in use. An expired one is free, and so is the claim of a lost
    /// process, for the same request.
    pub(super) async fn claim(
        pool: &PgPool,
        place: &Place,
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
        .bind(place.client.as_str())
        .bind(&place.key)
        .bind(fingerprint.as_slice())
        .bind(claim)
        .bind(claim_for.as_secs_f64())
        .bind(keep_for.as_secs_f64())
        .fetch_optional(pool)
        .await?;
        if taken.is_some() {
            return Ok(Self::Ours(claim));
        }
        let stored: Option<Stored> = sqlx::query_as(
            "SELECT request, status, content_type, location, body FROM hip.idempotency \
              WHERE client = $1 AND key = $2",
        )
        .bind(place.client.as_str())
        .bind(&place.key)
        .fetch_optional(pool)
        .await?;
        Ok(match stored {
            Some((request, ..)) if request != fingerprint => Self::Other,
            Some((_, Some(status), content_type, location, body)) => Self::Kept(StoredAnswer {
                status: u16::try_from(status).unwrap_or_default(),
                content_type,
                location,
                body: body.unwrap_or_default().into(),
            }),
            // Just removed, or not answered yet: the next try will tell.
            Some((_, None, ..)) | None => Self::InWork,
        })
    }
}

impl StoredAnswer {
    /// Stores a response, and removes some expired ones.
    pub(super) async fn keep(
        self,
        pool: &PgPool,
        place: &Place,
        claim: Uuid,
    ) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE hip.idempotency SET status = $4, content_type = $5, location = $6, body = $7 \
              WHERE client = $1 AND key = $2 AND claim = $3",
        )
        .bind(place.client.as_str())
        .bind(&place.key)
        .bind(claim)
        .bind(i32::from(self.status))
        .bind(self.content_type)
        .bind(self.location)
        .bind(self.body.to_vec())
        .execute(pool)
        .await?;
        sqlx::query(
            "DELETE FROM hip.idempotency WHERE ctid = ANY (ARRAY ( \
               SELECT ctid FROM hip.idempotency WHERE expires_at < now() LIMIT $1 FOR UPDATE SKIP LOCKED))",
        )
        .bind(REMOVED_AT_ONCE)
        .execute(pool)
        .await?;
        Ok(())
    }
}

/// Releases a storage key, so that the request can be retried.
pub(super) async fn forget(pool: &PgPool, place: &Place, claim: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM hip.idempotency WHERE client = $1 AND key = $2 AND claim = $3")
        .bind(place.client.as_str())
        .bind(&place.key)
        .bind(claim)
        .execute(pool)
        .await?;
    Ok(())
}
