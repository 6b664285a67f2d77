//! Events that were put aside: rows of `es.parked`, under the lease of their generation.

use std::collections::HashMap;

use hip_commands::port::log::StoredEvent;
use hip_domain::stream::StreamId;
use sqlx::{PgPool, PgTransaction};

use super::lease::Lease;
use super::stop::Stop;
use crate::deadline::InTime;
use crate::event_store::SHARD;

/// The most events that a reader puts aside. Beyond that it is not the events that are odd.
const PARKED_COUNT_MAX: usize = 10_000;

/// An event to put aside.
pub(super) struct Aside {
    position: i64,
    stream: StreamId,
    attempts: i32,
    reason: Option<String>,
}

impl Aside {
    /// One that could not be applied, after so many attempts.
    pub(super) fn failed(event: &StoredEvent, attempts: u32, reason: String) -> Self {
        let attempts = i32::try_from(attempts).unwrap_or(i32::MAX);
        Self {
            position: event.position,
            stream: event.stream.clone(),
            attempts,
            reason: Some(reason),
        }
    }

    /// One that waits behind another of its stream.
    pub(super) fn behind(event: &StoredEvent) -> Self {
        let (position, stream) = (event.position, event.stream.clone());
        Self { position, stream, attempts: 0, reason: None }
    }

    pub(super) fn is_of(&self, stream: &StreamId) -> bool {
        self.stream == *stream
    }

    /// Position and reason of one that could not be applied.
    pub(super) fn complaint(&self) -> Option<(i64, &str)> {
        self.reason.as_deref().map(|reason| (self.position, reason))
    }
}

/// How many events of which streams a generation has put aside. Only who holds the lease changes that.
#[derive(Debug, Default)]
pub(super) struct Parked {
    counts: HashMap<StreamId, usize>,
}

impl Parked {
    pub(super) async fn load(pool: &PgPool, lease: &Lease) -> Result<Self, sqlx::Error> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "SELECT stream_id, count(*) FROM es.parked \
              WHERE name = $1 AND generation = $2 AND shard = $3 GROUP BY stream_id",
        )
        .bind(lease.name)
        .bind(lease.generation.number)
        .bind(SHARD)
        .fetch_all(pool)
        .in_time()
        .await?;
        let of = |(stream, count): (String, i64)| {
            (StreamId::stored(stream), usize::try_from(count).unwrap_or_default())
        };
        Ok(Self { counts: rows.into_iter().map(of).collect() })
    }

    pub(super) fn holds(&self, stream: &StreamId) -> bool {
        self.counts.contains_key(stream)
    }

    pub(super) fn streams(&self) -> Vec<StreamId> {
        self.counts.keys().cloned().collect()
    }

    pub(super) fn count(&self) -> usize {
        self.counts.values().sum()
    }

    pub(super) fn check(&self, more: &[Aside]) -> Result<(), Stop> {
        if more.is_empty() || self.count() + more.len() <= PARKED_COUNT_MAX {
            return Ok(());
        }
        Err(Stop::TooManyParked)
    }

    /// Notes what was put aside.
    pub(super) fn add(&mut self, more: Vec<Aside>) {
        for aside in more {
            *self.counts.entry(aside.stream).or_default() += 1;
        }
    }

    /// Notes that one of a stream was applied after all.
    pub(super) fn forget_one(&mut self, stream: &StreamId) {
        if let Some(count) = self.counts.get_mut(stream) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(stream);
            }
        }
    }
}

/// Puts events aside, in the transaction that moves the checkpoint past them.
pub(super) async fn insert(
    transaction: &mut PgTransaction<'_>,
    lease: &Lease,
    events: &[Aside],
) -> Result<(), sqlx::Error> {
    if events.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO es.parked (name, generation, shard, position, stream_id, attempts, reason) \
         SELECT $1, $2, $3, aside.* \
           FROM unnest($4::bigint[], $5::text[], $6::int[], $7::text[]) AS aside \
         ON CONFLICT DO NOTHING",
    )
    .bind(lease.name)
    .bind(lease.generation.number)
    .bind(SHARD)
    .bind(events.iter().map(|aside| aside.position).collect::<Vec<_>>())
    .bind(events.iter().map(|aside| aside.stream.as_str()).collect::<Vec<_>>())
    .bind(events.iter().map(|aside| aside.attempts).collect::<Vec<_>>())
    .bind(events.iter().map(|aside| aside.reason.as_deref()).collect::<Vec<_>>())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// The position of the first of a stream.
pub(super) async fn first(
    pool: &PgPool,
    lease: &Lease,
    stream: &StreamId,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT min(position) FROM es.parked \
          WHERE name = $1 AND generation = $2 AND shard = $3 AND stream_id = $4",
    )
    .bind(lease.name)
    .bind(lease.generation.number)
    .bind(SHARD)
    .bind(stream.as_str())
    .fetch_one(pool)
    .in_time()
    .await
}

/// Takes one back, in the transaction that has applied it.
pub(super) async fn delete(
    transaction: &mut PgTransaction<'_>,
    lease: &Lease,
    position: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM es.parked \
          WHERE name = $1 AND generation = $2 AND shard = $3 AND position = $4",
    )
    .bind(lease.name)
    .bind(lease.generation.number)
    .bind(SHARD)
    .bind(position)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// Notes that one was tried again in vain.
pub(super) async fn tried(
    pool: &PgPool,
    lease: &Lease,
    position: i64,
    reason: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE es.parked SET attempts = attempts + 1, reason = $5 \
          WHERE name = $1 AND generation = $2 AND shard = $3 AND position = $4",
    )
    .bind(lease.name)
    .bind(lease.generation.number)
    .bind(SHARD)
    .bind(position)
    .bind(reason)
    .execute(pool)
    .in_time()
    .await?;
    Ok(())
}
