//! Several leases at once, for subscribers that apply a page together.

use std::time::Instant;

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgPool, PgTransaction, Postgres, Row};

use super::{Lease, SHARD};
use crate::postgres::deadline::InTime;
use crate::subscription::page_failure::PageFailure;
use crate::subscription::page_transaction::PageTransaction;

/// A statement on the leased rows: its first four parameters are their names, generations and fences, and the shard.
fn held(leases: &[&mut Lease], statement: &'static str) -> Query<'static, Postgres, PgArguments> {
    let names: Vec<_> = leases.iter().map(|lease| lease.name).collect();
    let generations: Vec<_> = leases.iter().map(|lease| lease.generation.number).collect();
    let fences: Vec<_> = leases.iter().map(|lease| lease.fence).collect();
    sqlx::query(statement).bind(names).bind(generations).bind(fences).bind(SHARD)
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
    let idle_max = first.page_idle_max().as_millis().to_string();
    let rows = held(
        leases,
        "WITH settings AS MATERIALIZED (SELECT set_config('idle_in_transaction_session_timeout', $6, true), \
                                               set_config('synchronous_commit', 'off', true)) \
         SELECT p.name, p.retry_parked FROM settings, es.projection p \
          WHERE (p.name, p.generation, p.fence) IN (SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])) \
            AND p.shard = $4 AND p.position = $5 ORDER BY p.name FOR UPDATE OF p",
    )
    .bind(position)
    .bind(idle_max)
    .fetch_all(&mut **transaction)
    .await?;
    let mut ours = vec![];
    for row in rows {
        ours.push(noted(leases, row.try_get(0)?, row.try_get(1)?));
    }
    Ok(ours)
}

/// Moves the checkpoints, in the transaction that wrote the data.
pub(in crate::subscription) async fn advance(
    mut transaction: PageTransaction<'_>,
    leases: &mut [&mut Lease],
    position: i64,
) -> Result<(), PageFailure> {
    let renewed_at = Instant::now();
    let Some(time) = leases.first().map(|lease| lease.time) else { return Ok(()) };
    let moved = held(
        leases,
        "UPDATE es.projection SET position = $5, lease_until = clock_timestamp() + $6 \
          WHERE (name, generation, fence) IN (SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])) \
            AND shard = $4",
    )
    .bind(position)
    .bind(time)
    .execute(&mut **transaction)
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
    let Some(time) = leases.first().map(|lease| lease.time) else { return Ok(None) };
    if leases.iter().all(|lease| lease.renewed_at.elapsed() < time / 3) {
        return Ok(None);
    }
    let renewed_at = Instant::now();
    let rows = held(
        leases,
        "UPDATE es.projection SET lease_until = now() + $6 \
          WHERE (name, generation, fence) IN (SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])) \
            AND shard = $4 AND position = $5 \
      RETURNING name, retry_parked, (SELECT h.position FROM es.log_head h WHERE h.shard = $4)",
    )
    .bind(position)
    .bind(time)
    .fetch_all(pool)
    .in_time()
    .await?;
    let mut ours = vec![];
    for row in rows {
        let head: i64 = row.try_get(2)?;
        if head < position {
            return Err(PageFailure::BeyondTheLog { position, head });
        }
        ours.push(noted(leases, row.try_get(0)?, row.try_get(1)?));
    }
    for lease in leases.iter_mut() {
        lease.renewed_at = renewed_at;
    }
    Ok(Some(ours))
}

/// Notes whether parked events of a subscriber are to be tried again; returns its name.
fn noted(leases: &mut [&mut Lease], name: String, retry_wanted: bool) -> String {
    for lease in leases.iter_mut().filter(|lease| lease.name == name) {
        lease.retry_wanted |= retry_wanted;
    }
    name
}
