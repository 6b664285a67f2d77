//! The right to move a checkpoint: one row of `es.projection`, with a fence.

use std::time::Duration;

use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgPool, PgTransaction, Postgres};

use super::stop::Stop;
use crate::event_store::SHARD;

/// Which generation of a read model, and whether it is the one that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generation {
    /// From 1.
    pub number: i32,
    /// Whether it is read; else it is being built beside the one that is.
    pub is_live: bool,
}

/// A held lease.
#[derive(Debug)]
pub(crate) struct Lease {
    name: &'static str,
    pub(crate) generation: Generation,
    pub(crate) position: i64,
    fence: i64,
    /// How long it holds without being renewed.
    time: Duration,
}

impl Lease {
    /// Takes the lease on the live generation, if nobody holds it. The first to come makes it.
    pub(super) async fn claim(
        pool: &PgPool,
        name: &'static str,
        owner: &str,
        time: Duration,
    ) -> Result<Option<Self>, sqlx::Error> {
        sqlx::query(
            "INSERT INTO es.projection (name, generation, shard, state) \
             SELECT $1, 1, $2, 'live' \
              WHERE NOT EXISTS (SELECT FROM es.projection WHERE name = $1 AND shard = $2 \
                                   AND state IN ('live', 'halted')) \
             ON CONFLICT DO NOTHING",
        )
        .bind(name)
        .bind(SHARD)
        .execute(pool)
        .await?;
        let row: Option<(i32, i64, i64)> = sqlx::query_as(
            "UPDATE es.projection \
                SET owner = $3, fence = fence + 1, lease_until = now() + $4, state = 'live', last_error = NULL \
              WHERE name = $1 AND shard = $2 AND state IN ('live', 'halted') \
                AND (owner = $3 OR lease_until < now()) \
              RETURNING generation, position, fence",
        )
        .bind(name)
        .bind(SHARD)
        .bind(owner)
        .bind(time)
        .fetch_optional(pool)
        .await?;
        Ok(row.map(|row| Self::live(name, time, row)))
    }

    /// Takes the lease on the live generation away from whoever holds it: what they are writing now
    /// will not be committed.
    pub(crate) async fn seize(
        pool: &PgPool,
        name: &'static str,
        owner: &str,
        time: Duration,
    ) -> Result<Option<Self>, sqlx::Error> {
        let row: Option<(i32, i64, i64)> = sqlx::query_as(
            "UPDATE es.projection SET owner = $3, fence = fence + 1, lease_until = now() + $4 \
              WHERE name = $1 AND shard = $2 AND state IN ('live', 'halted') \
              RETURNING generation, position, fence",
        )
        .bind(name)
        .bind(SHARD)
        .bind(owner)
        .bind(time)
        .fetch_optional(pool)
        .await?;
        Ok(row.map(|row| Self::live(name, time, row)))
    }

    /// Begins the next generation; nothing, when somebody else is building one.
    pub(crate) async fn begin_next(
        pool: &PgPool,
        name: &'static str,
        owner: &str,
        time: Duration,
    ) -> Result<Option<Self>, sqlx::Error> {
        let mut transaction = pool.begin().await?;
        // What a builder left that died is of no use to anybody.
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
            Self { name, generation, position: 0, fence: 1, time }
        }))
    }

    fn live(
        name: &'static str,
        time: Duration,
        (number, position, fence): (i32, i64, i64),
    ) -> Self {
        let generation = Generation { number, is_live: true };
        Self { name, generation, position, fence, time }
    }

    /// A statement about the row that is held: its first four parameters say which, and that it still
    /// is.
    fn held(&self, statement: &'static str) -> Query<'static, Postgres, PgArguments> {
        sqlx::query(statement)
            .bind(self.name)
            .bind(self.generation.number)
            .bind(SHARD)
            .bind(self.fence)
    }

    /// Moves the checkpoint, in the transaction that wrote what it stands for.
    pub(crate) async fn advance(
        &mut self,
        mut transaction: PgTransaction<'_>,
        position: i64,
    ) -> Result<(), Stop> {
        let moved = self
            .held(
                "UPDATE es.projection SET position = $5, lease_until = now() + $6 \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4 AND position = $7",
            )
            .bind(position)
            .bind(self.time)
            .bind(self.position)
            .execute(&mut *transaction)
            .await?;
        if moved.rows_affected() != 1 {
            return Err(Stop::Fenced);
        }
        transaction.commit().await?;
        self.position = position;
        Ok(())
    }

    pub(crate) async fn renew(&self, pool: &PgPool) -> Result<(), Stop> {
        let renewed = self
            .held(
                "UPDATE es.projection SET lease_until = now() + $5 \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4",
            )
            .bind(self.time)
            .execute(pool)
            .await?;
        if renewed.rows_affected() == 1 { Ok(()) } else { Err(Stop::Fenced) }
    }

    /// Gives the lease back. If that fails, it runs out by itself.
    pub(crate) async fn release(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        self.held(
            "UPDATE es.projection SET lease_until = '-infinity' \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4",
        )
        .execute(pool)
        .await?;
        Ok(())
    }

    /// Notes why nothing is done any more, and gives the lease back.
    pub(super) async fn halt(&self, pool: &PgPool, cause: &str) -> Result<(), sqlx::Error> {
        self.held(
            "UPDATE es.projection SET state = 'halted', last_error = $5, lease_until = '-infinity' \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4",
        )
        .bind(cause)
        .execute(pool)
        .await?;
        Ok(())
    }

    /// This generation takes the place of `live`, which is held too.
    pub(crate) async fn replace(
        &self,
        live: &Self,
        mut transaction: PgTransaction<'_>,
    ) -> Result<(), Stop> {
        for (lease, state) in [(live, "retired"), (self, "live")] {
            let moved = lease.held("UPDATE es.projection SET state = $5, fence = fence + 1, lease_until = '-infinity' \
                  WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4")
            .bind(state)
            .execute(&mut *transaction)
            .await?;
            if moved.rows_affected() != 1 {
                return Err(Stop::Fenced);
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Gives up a generation that is not read.
    pub(crate) async fn abandon(&self, pool: &PgPool) -> Result<(), sqlx::Error> {
        self.held("DELETE FROM es.projection \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4 AND state = 'building'")
        .execute(pool)
        .await?;
        Ok(())
    }

    /// Goes back: the store has forgotten what came after.
    pub(super) async fn rewind(&mut self, pool: &PgPool, position: i64) -> Result<(), Stop> {
        let moved = self
            .held(
                "UPDATE es.projection SET position = $5 \
              WHERE name = $1 AND generation = $2 AND shard = $3 AND fence = $4 AND position > $5",
            )
            .bind(position)
            .execute(pool)
            .await?;
        if moved.rows_affected() != 1 {
            return Err(Stop::Fenced);
        }
        self.position = position;
        Ok(())
    }
}
