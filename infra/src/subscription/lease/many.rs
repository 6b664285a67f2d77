//! Several leases at once, for subscribers that apply a page together.

use std::time::Instant;

use sqlx::{PgPool, PgTransaction};

use super::{Lease, SHARD};
use crate::postgres::deadline::InTime;
use crate::subscription::page_failure::PageFailure;

/// The rows of some leases, column by column.
struct Rows {
    name: Vec<&'static str>,
    generation: Vec<i32>,
    fence: Vec<i64>,
}

impl Rows {
    fn of(leases: &[&mut Lease]) -> Self {
        Self {
            name: leases.iter().map(|lease| lease.name).collect(),
            generation: leases.iter().map(|lease| lease.generation.number).collect(),
            fence: leases.iter().map(|lease| lease.fence).collect(),
        }
    }
}

/// Locks the rows until the transaction ends. All leases are at `position`. Returns the names of those that are
/// still ours.
///
/// The transaction need not be on disk when it has committed: what a crash of the database takes, data and
/// checkpoint together, is applied again.
pub(in crate::subscription) async fn hold(
    transaction: &mut PgTransaction<'_>,
    leases: &mut [&mut Lease],
    position: i64,
) -> Result<Vec<String>, PageFailure> {
    let Some(first) = leases.first() else { return Ok(vec![]) };
    let (rows, idle_max) = (Rows::of(leases), first.page_idle_max());
    let held: Vec<(String, bool, String, String)> = sqlx::query_as(
        "SELECT p.name, p.retry_parked, set_config('idle_in_transaction_session_timeout', $6, true), \
                set_config('synchronous_commit', 'off', true) \
           FROM es.projection p \
           JOIN unnest($1::text[], $2::int[], $3::bigint[]) AS ours(name, generation, fence) \
             ON p.name = ours.name AND p.generation = ours.generation AND p.fence = ours.fence \
          WHERE p.shard = $4 AND p.position = $5 ORDER BY p.name FOR UPDATE OF p",
    )
    .bind(rows.name)
    .bind(rows.generation)
    .bind(rows.fence)
    .bind(SHARD)
    .bind(position)
    .bind(idle_max.as_millis().to_string())
    .fetch_all(&mut **transaction)
    .await?;
    for lease in leases.iter_mut() {
        lease.retry_wanted |= held.iter().any(|(name, wanted, ..)| *wanted && name == lease.name);
    }
    Ok(held.into_iter().map(|(name, ..)| name).collect())
}

/// Moves the checkpoints, in the transaction that wrote the data.
pub(in crate::subscription) async fn advance(
    mut transaction: PgTransaction<'_>,
    leases: &mut [&mut Lease],
    position: i64,
) -> Result<(), PageFailure> {
    let renewed_at = Instant::now();
    let Some(time) = leases.first().map(|lease| lease.time) else { return Ok(()) };
    let rows = Rows::of(leases);
    let moved = sqlx::query(
        "UPDATE es.projection p SET position = $5, lease_until = clock_timestamp() + $6 \
           FROM unnest($1::text[], $2::int[], $3::bigint[]) AS ours(name, generation, fence) \
          WHERE p.name = ours.name AND p.generation = ours.generation AND p.fence = ours.fence AND p.shard = $4",
    )
    .bind(rows.name)
    .bind(rows.generation)
    .bind(rows.fence)
    .bind(SHARD)
    .bind(position)
    .bind(time)
    .execute(&mut *transaction)
    .await?;
    if moved.rows_affected() != leases.len() as u64 {
        return Err(PageFailure::Fenced);
    }
    transaction.commit().await?;
    for lease in leases {
        (lease.position, lease.renewed_at) = (position, renewed_at);
    }
    Ok(())
}

/// Renews the leases after a third of their time. All are at `position`. Returns the names of those that are still
/// ours; nothing if it was too early.
pub(in crate::subscription) async fn renew(
    pool: &PgPool,
    leases: &mut [&mut Lease],
    position: i64,
) -> Result<Option<Vec<String>>, PageFailure> {
    let Some(first) = leases.first() else { return Ok(None) };
    let time = first.time;
    if leases.iter().all(|lease| lease.renewed_at.elapsed() < time / 3) {
        return Ok(None);
    }
    let (renewed_at, rows) = (Instant::now(), Rows::of(leases));
    let renewed: Vec<(String, bool, i64)> = sqlx::query_as(
        "UPDATE es.projection p SET lease_until = now() + $6 \
           FROM unnest($1::text[], $2::int[], $3::bigint[]) AS ours(name, generation, fence) \
          WHERE p.name = ours.name AND p.generation = ours.generation AND p.fence = ours.fence AND p.shard = $4 \
            AND p.position = $5 \
      RETURNING p.name, p.retry_parked, (SELECT h.position FROM es.log_head h WHERE h.shard = $4)",
    )
    .bind(rows.name)
    .bind(rows.generation)
    .bind(rows.fence)
    .bind(SHARD)
    .bind(position)
    .bind(time)
    .fetch_all(pool)
    .in_time()
    .await?;
    if let Some((_, _, head)) = renewed.first().filter(|(_, _, head)| *head < position) {
        return Err(PageFailure::BeyondTheLog { position, head: *head });
    }
    for lease in leases.iter_mut() {
        lease.renewed_at = renewed_at;
        lease.retry_wanted |= renewed.iter().any(|(name, wanted, _)| *wanted && name == lease.name);
    }
    Ok(Some(renewed.into_iter().map(|(name, ..)| name).collect()))
}
