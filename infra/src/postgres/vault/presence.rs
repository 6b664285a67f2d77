//! Announces which key-encryption keys the running processes have, so that no key is wrapped by one that some
//! process lacks.
//!
//! Each process holds a shared advisory lock for each of its keys, on the connection on which it waits
//! for news of destroyed keys. The database releases the lock when the process ends, in any way.

use sha2::{Digest, Sha256};
use sqlx::postgres::PgListener;
use sqlx::{Executor, PgPool};

use super::key_wrapper::KeyWrapper;
use crate::postgres::deadline::InTime;

/// Distinguishes our advisory locks from others in the database.
const LOCK_CLASS: i32 = 0x004B_454B;

/// Takes the locks, held until the connection closes.
pub(super) async fn announce(
    listener: &mut PgListener,
    wrapper: &dyn KeyWrapper,
) -> Result<(), sqlx::Error> {
    for id in wrapper.kek_ids() {
        let lock = sqlx::query("SELECT pg_advisory_lock_shared($1, $2)");
        (&mut *listener).execute(lock.bind(LOCK_CLASS).bind(lock_of(&id))).await?;
    }
    Ok(())
}

/// Number of processes that have announced keys, but not this one.
pub(super) async fn count_without(pool: &PgPool, kek_id: &str) -> Result<i64, sqlx::Error> {
    // The lock table has its numbers unsigned.
    let number = |number: i32| i64::from(number.cast_unsigned());
    sqlx::query_scalar(
        "SELECT count(*) FROM ( \
           SELECT pid FROM pg_locks \
            WHERE locktype = 'advisory' AND objsubid = 2 AND classid::bigint = $1 \
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
            GROUP BY pid HAVING NOT bool_or(objid::bigint = $2)) AS behind",
    )
    .bind(number(LOCK_CLASS))
    .bind(number(lock_of(kek_id)))
    .fetch_one(pool)
    .in_time()
    .await
}

fn lock_of(kek_id: &str) -> i32 {
    let digest = Sha256::digest(kek_id.as_bytes());
    i32::from_be_bytes(*digest.first_chunk().expect("a digest is longer"))
}
