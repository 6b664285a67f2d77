//! The right to move a checkpoint: one row of `es.projection`, with a fence.

pub(super) mod many;

use std::time::{Duration, Instant};

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgPool, PgTransaction, Postgres, Row};

use super::page_failure::PageFailure;
use super::page_transaction::PageTransaction;
use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;
use crate::postgres::{IDLE_IN_TRANSACTION_MIN, begin};

/// A generation of a read model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation {
    /// Number of the generation, from 1.
    pub number: i32,
    /// Whether it is live; otherwise it is under construction.
    pub is_live: bool,
}

impl Generation {
    /// The schema of its tables.
    pub(crate) const fn schema(self) -> &'static str {
        if self.is_live { "hip" } else { "hip_next" }
    }
}

/// A held lease.
#[derive(Debug)]
pub(crate) struct Lease {
    pub(super) name: &'static str,
    pub(crate) generation: Generation,
    pub(crate) position: i64,
    fence: i64,
    /// Duration without renewal.
    time: Duration,
    /// Time of the last renewal, or earlier.
    renewed_at: Instant,
    /// Whether an operator asked to retry parked events, as of the last read of the row.
    pub(super) retry_wanted: bool,
}

/// Which leases may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taking {
    /// A free lease. The first process creates the row.
    Free,
    /// A lease in use; its owner loses it after the current page.
    Held,
}

/// Maximum time between two statements to Postgres within a page, however long the lease is; then the
/// server ends the transaction. Otherwise an owner that froze within a page would keep the row
/// as long as it is frozen.
const PAGE_IDLE_MAX: Duration = Duration::from_secs(60);

/// How long to wait for another owner's page: short for a free lease, since that owner is
/// active; longer than a page can last to take a lease away.
const FREE_PATIENCE: &str = "1s";
const HELD_PATIENCE: &str = "75s";

/// SQLSTATE of a lock timeout.
const LOCK_NOT_AVAILABLE: &str = "55P03";

impl Lease {
    /// Takes the lease on the live generation; `None` if it may not be taken or does not exist.
    pub(crate) async fn take(
        pool: &PgPool,
        name: &'static str,
        owner: &str,
        time: Duration,
        taking: Taking,
    ) -> Result<Option<Self>, sqlx::Error> {
        let renewed_at = Instant::now();
        let mut transaction = begin(pool).await?;
        let patience = match taking {
            Taking::Free => FREE_PATIENCE,
            Taking::Held => HELD_PATIENCE,
        };
        sqlx::query(
            "SELECT set_config('lock_timeout', $1, true), set_config('statement_timeout', '80s', true)",
        )
        .bind(patience)
        .execute(&mut *transaction)
        .await?;
        if taking == Taking::Free {
            make(&mut transaction, name).await?;
        }
        let row: Result<Option<(i32, i64, i64)>, _> = sqlx::query_as(
            "UPDATE es.projection \
                SET owner = $3, fence = fence + 1, lease_until = clock_timestamp() + $4, \
                    state = CASE WHEN $5 THEN state ELSE 'live' END, \
                    last_error = CASE WHEN $5 THEN last_error END \
              WHERE name = $1 AND shard = $2 AND state IN ('live', 'halted') \
                AND ($5 OR owner = $3 OR lease_until < now()) \
              RETURNING generation, position, fence",
        )
        .bind(name)
        .bind(SHARD)
        .bind(owner)
        .bind(time)
        .bind(taking == Taking::Held)
        .fetch_optional(&mut *transaction)
        .await;
        if taking == Taking::Free && row.as_ref().err().is_some_and(is_locked) {
            return Ok(None);
        }
        let row = row?;
        transaction.commit().await?;
        Ok(row.map(|(number, position, fence)| {
            let generation = Generation { number, is_live: true };
            Self { name, generation, position, fence, time, renewed_at, retry_wanted: true }
        }))
    }

    /// Begins the next generation; `None` if another process is building one.
    pub(crate) async fn begin_next(
        pool: &PgPool,
        name: &'static str,
        owner: &str,
        time: Duration,
    ) -> Result<Option<Self>, sqlx::Error> {
        let renewed_at = Instant::now();
        let mut transaction = begin(pool).await?;
        // What a dead builder left is useless.
        sqlx::query(
            "DELETE FROM es.projection \
              WHERE name = $1 AND shard = $2 AND state = 'building' AND lease_until < now()",
        )
        .bind(name)
        .bind(SHARD)
        .execute(&mut *transaction)
        .await?;
        let number: Option<i32> = sqlx::query_scalar(
            "INSERT INTO es.projection (name, generation, shard, state, owner, fence, lease_until) \
             SELECT $1, coalesce(max(generation), 0) + 1, $2, 'building', $3, 1, now() + $4 \
               FROM es.projection WHERE name = $1 AND shard = $2 \
             HAVING count(*) FILTER (WHERE state = 'building') = 0 \
             ON CONFLICT DO NOTHING RETURNING generation",
        )
        .bind(name)
        .bind(SHARD)
        .bind(owner)
        .bind(time)
        .fetch_optional(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(number.map(|number| {
            let generation = Generation { number, is_live: false };
            Self { name, generation, position: 0, fence: 1, time, renewed_at, retry_wanted: false }
        }))
    }

    /// A query on the leased row: its first four parameters identify the row and check the
    /// fence.
    fn held(&self, statement: &'static str) -> Query<'static, Postgres, PgArguments> {
        sqlx::query(statement)
            .bind(self.name)
            .bind(self.generation.number)
            .bind(SHARD)
            .bind(self.fence)
    }

    fn page_idle_max(&self) -> Duration {
        self.time.clamp(IDLE_IN_TRANSACTION_MIN, PAGE_IDLE_MAX)
    }

    /// Time limit of a page: shorter than the idle limit of its transaction, so that a running owner
    /// stops writing before another may begin.
    pub(super) fn page_time_max(&self) -> Duration {
        self.page_idle_max() * 5 / 6
    }

    /// Locks the row until the transaction ends, if it is still ours: no other process can take the lease
    /// during a write, in any store.
    pub(super) async fn hold(
        &mut self,
        transaction: &mut PgTransaction<'_>,
    ) -> Result<(), PageFailure> {
        let held = self
            .held(
                "SELECT retry_parked, set_config('idle_in_transaction_session_timeout', $5, true) \
                   FROM es.projection \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4 AND position = $6 FOR UPDATE",
            )
            .bind(self.page_idle_max().as_millis().to_string())
            .bind(self.position)
            .fetch_optional(&mut **transaction)
            .await?;
        self.retry_wanted |= held.ok_or(PageFailure::Fenced)?.try_get::<bool, _>(0)?;
        Ok(())
    }

    /// Records that parked events were retried.
    pub(super) async fn retried(&mut self, pool: &PgPool) -> Result<(), PageFailure> {
        let noted = self
            .held(
                "UPDATE es.projection SET retry_parked = false \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4",
            )
            .execute(pool)
            .in_time()
            .await?;
        self.retry_wanted = false;
        if noted.rows_affected() == 1 { Ok(()) } else { Err(PageFailure::Fenced) }
    }

    /// Moves the checkpoint, in the transaction that wrote the data.
    pub(crate) async fn advance(
        &mut self,
        mut transaction: PageTransaction<'_>,
        position: i64,
    ) -> Result<(), PageFailure> {
        let renewed_at = Instant::now();
        let moved = self
            .held(
                "UPDATE es.projection SET position = $5, lease_until = clock_timestamp() + $6 \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4 AND position = $7",
            )
            .bind(position)
            .bind(self.time)
            .bind(self.position)
            .execute(&mut **transaction)
            .await?;
        if moved.rows_affected() != 1 {
            return Err(PageFailure::Fenced);
        }
        transaction.commit().await?;
        (self.position, self.renewed_at) = (position, renewed_at);
        Ok(())
    }

    /// Moves the checkpoint past events that change nothing.
    pub(super) async fn pass(&mut self, pool: &PgPool, position: i64) -> Result<(), PageFailure> {
        let renewed_at = Instant::now();
        let moved = self
            .held(
                "UPDATE es.projection SET position = $5, lease_until = clock_timestamp() + $6 \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4 AND position = $7 \
              RETURNING retry_parked",
            )
            .bind(position)
            .bind(self.time)
            .bind(self.position)
            .fetch_optional(pool)
            .await?;
        self.retry_wanted |= moved.ok_or(PageFailure::Fenced)?.try_get::<bool, _>(0)?;
        (self.position, self.renewed_at) = (position, renewed_at);
        Ok(())
    }

    /// Renews the lease after a third of its time: an idle subscriber should cost the database little.
    pub(crate) async fn renew(&mut self, pool: &PgPool) -> Result<(), PageFailure> {
        if self.renewed_at.elapsed() < self.time / 3 {
            return Ok(());
        }
        let renewed_at = Instant::now();
        let renewed = self
            .held(
                "UPDATE es.projection SET lease_until = now() + $5 \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4 AND position = $6 \
              RETURNING retry_parked, (SELECT h.position FROM es.log_head h WHERE h.shard = $3)",
            )
            .bind(self.time)
            .bind(self.position)
            .fetch_optional(pool)
            .in_time()
            .await?;
        let renewed = renewed.ok_or(PageFailure::Fenced)?;
        self.renewed_at = renewed_at;
        self.retry_wanted |= renewed.try_get::<bool, _>(0)?;
        let head = renewed.try_get(1)?;
        if head < self.position {
            return Err(PageFailure::BeyondTheLog { position: self.position, head });
        }
        Ok(())
    }

    /// Releases the lease. If that fails, it expires.
    pub(crate) async fn release(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        self.held(
            "UPDATE es.projection SET lease_until = '-infinity' \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4",
        )
        .execute(pool)
        .in_time()
        .await?;
        Ok(())
    }

    /// Records why the subscription stopped, and releases the lease.
    pub(super) async fn halt(&self, pool: &PgPool, cause: &str) -> Result<(), sqlx::Error> {
        self.held(
            "UPDATE es.projection SET state = 'halted', last_error = $5, lease_until = '-infinity' \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4",
        )
        .bind(cause)
        .execute(pool)
        .in_time()
        .await?;
        Ok(())
    }

    /// Replaces `live`, whose lease is held too, by this generation.
    pub(crate) async fn replace(
        &self,
        live: &Self,
        mut transaction: PgTransaction<'_>,
    ) -> Result<(), PageFailure> {
        for (lease, state) in [(live, "retired"), (self, "live")] {
            let moved = lease.held("UPDATE es.projection SET state = $5, fence = fence + 1, lease_until = '-infinity' \
                  WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4")
            .bind(state)
            .execute(&mut *transaction)
            .await?;
            if moved.rows_affected() != 1 {
                return Err(PageFailure::Fenced);
            }
        }
        live.held(
            "DELETE FROM es.parked \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND $4::bigint IS NOT NULL",
        )
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Drops a generation that is not live.
    pub(crate) async fn abandon(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        self.held("DELETE FROM es.projection \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4 AND state = 'building'")
        .execute(pool)
        .in_time()
        .await?;
        Ok(())
    }

    /// Moves the checkpoint back: the store lost later data.
    pub(super) async fn rewind(&mut self, pool: &PgPool, position: i64) -> Result<(), PageFailure> {
        let moved = self
            .held(
                "UPDATE es.projection SET position = $5 \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4 AND position > $5",
            )
            .bind(position)
            .execute(pool)
            .in_time()
            .await?;
        if moved.rows_affected() != 1 {
            return Err(PageFailure::Fenced);
        }
        self.position = position;
        Ok(())
    }
}

/// Creates the row of a new subscription.
async fn make(transaction: &mut PgTransaction<'_>, name: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO es.projection (name, generation, shard, state) \
         SELECT $1, 1, $2, 'live' \
          WHERE NOT EXISTS (SELECT FROM es.projection WHERE name = $1 AND shard = $2 \
                               AND state IN ('live', 'halted')) \
         ON CONFLICT DO NOTHING",
    )
    .bind(name)
    .bind(SHARD)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

fn is_locked(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == LOCK_NOT_AVAILABLE)
}
