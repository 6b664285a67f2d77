//! Parked events: rows of `es.parked`, under the lease of their generation.

use std::collections::HashMap;

use hip_commands::port::log::StoredEvent;
use hip_domain::stream::StreamId;
use sqlx::{PgPool, PgTransaction};
use uuid::Uuid;

use super::lease::Lease;
use super::page_failure::PageFailure;
use super::poison::{Group, Poison};
use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;

/// Maximum number of parked events of a subscriber. Beyond that the events are not the cause.
const PARKED_COUNT_MAX: usize = 10_000;

/// An event to park.
pub(super) struct ParkedEvent {
    position: i64,
    stream: StreamId,
    subject: Option<Uuid>,
    facility: Option<String>,
    groups: Vec<Group>,
    attempts: i32,
    reason: Option<String>,
}

impl ParkedEvent {
    /// An event that could not be applied, after this many attempts.
    pub(super) fn failed(
        event: &StoredEvent,
        groups: Vec<Group>,
        attempts: u32,
        reason: String,
    ) -> Self {
        let attempts = i32::try_from(attempts).unwrap_or(i32::MAX);
        Self { attempts, reason: Some(reason), ..Self::behind(event, groups) }
    }

    /// An event that waits behind another.
    pub(super) fn behind(event: &StoredEvent, groups: Vec<Group>) -> Self {
        Self {
            position: event.position,
            stream: event.stream.clone(),
            subject: event.subject.map(|subject| subject.0),
            facility: facility(&event.clear),
            groups,
            attempts: 0,
            reason: None,
        }
    }

    pub(super) fn is_of(&self, group: &Group) -> bool {
        self.groups.contains(group)
    }

    /// Position and reason of an event that could not be applied; `None` for one that waits.
    pub(super) fn complaint(&self) -> Option<(i64, &str)> {
        self.reason.as_deref().map(|reason| (self.position, reason))
    }
}

/// The facility in the clear part. Works for some events that cannot be decoded.
fn facility(clear: &[u8]) -> Option<String> {
    let event: serde_json::Value = serde_json::from_slice(clear).ok()?;
    let said = event.as_object()?.values().next()?;
    let places = [Some(said), said.get("grant"), said.get("facts")];
    let facility = places.into_iter().flatten().find_map(|place| place.get("facility")?.as_str());
    facility.map(str::to_owned)
}

/// Number of parked events of a generation for each group. Only the owner of the lease changes it.
#[derive(Debug, Default)]
pub(super) struct Parked {
    count: usize,
    counts: HashMap<Group, usize>,
}

impl Parked {
    pub(super) async fn load(
        pool: &PgPool,
        lease: &Lease,
        poison: Poison,
    ) -> Result<Self, sqlx::Error> {
        let rows: Vec<(String, Option<Uuid>)> = sqlx::query_as(
            "SELECT stream_id, subject_id FROM es.parked \
              WHERE name = $1 AND generation = $2 AND shard = $3",
        )
        .bind(lease.name)
        .bind(lease.generation.number)
        .bind(SHARD)
        .fetch_all(pool)
        .in_time()
        .await?;
        let mut parked = Self::default();
        for (stream, subject) in rows {
            parked.add_one(poison.groups_of(stream, subject));
        }
        Ok(parked)
    }

    pub(super) fn holds(&self, group: &Group) -> bool {
        self.counts.contains_key(group)
    }

    pub(super) const fn count(&self) -> usize {
        self.count
    }

    pub(super) fn check(&self, more: &[ParkedEvent]) -> Result<(), PageFailure> {
        if more.is_empty() || self.count.saturating_add(more.len()) <= PARKED_COUNT_MAX {
            return Ok(());
        }
        Err(PageFailure::TooManyParked)
    }

    /// Adds parked events.
    pub(super) fn add(&mut self, more: Vec<ParkedEvent>) {
        for aside in more {
            self.add_one(aside.groups);
        }
    }

    fn add_one(&mut self, groups: Vec<Group>) {
        self.count = self.count.saturating_add(1);
        for group in groups {
            let count = self.counts.entry(group).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// Removes one event of these groups.
    pub(super) fn forget_one(&mut self, groups: &[Group]) {
        self.count = self.count.saturating_sub(1);
        for group in groups {
            if let Some(count) = self.counts.get_mut(group) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    self.counts.remove(group);
                }
            }
        }
    }
}

/// Parks events, in the transaction that moves the checkpoint past them.
pub(super) async fn insert(
    transaction: &mut PgTransaction<'_>,
    lease: &Lease,
    events: &[ParkedEvent],
) -> Result<(), sqlx::Error> {
    if events.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO es.parked \
           (name, generation, shard, position, stream_id, attempts, reason, subject_id, facility_id) \
         SELECT $1, $2, $3, aside.* \
           FROM unnest($4::bigint[], $5::text[], $6::int[], $7::text[], $8::uuid[], $9::text[]) AS aside \
         ON CONFLICT DO NOTHING",
    )
    .bind(lease.name)
    .bind(lease.generation.number)
    .bind(SHARD)
    .bind(events.iter().map(|aside| aside.position).collect::<Vec<_>>())
    .bind(events.iter().map(|aside| aside.stream.as_str()).collect::<Vec<_>>())
    .bind(events.iter().map(|aside| aside.attempts).collect::<Vec<_>>())
    .bind(events.iter().map(|aside| aside.reason.as_deref()).collect::<Vec<_>>())
    .bind(events.iter().map(|aside| aside.subject).collect::<Vec<_>>())
    .bind(events.iter().map(|aside| aside.facility.as_deref()).collect::<Vec<_>>())
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

/// The next position after this one with a parked event.
pub(super) async fn next(
    pool: &PgPool,
    lease: &Lease,
    after: i64,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT min(position) FROM es.parked \
          WHERE name = $1 AND generation = $2 AND shard = $3 AND position > $4",
    )
    .bind(lease.name)
    .bind(lease.generation.number)
    .bind(SHARD)
    .bind(after)
    .fetch_one(pool)
    .in_time()
    .await
}

/// Removes a parked event, in the transaction that applied it.
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

/// Records a failed retry.
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
