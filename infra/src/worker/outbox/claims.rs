//! Claims and settles rows of the outbox.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use hip_commands::port::draft::TaskLease;
use hip_commands::tasks::{Due, Lane, ReadyCall};
use parking_lot::Mutex;
use serde_json::Value;
use sqlx::PgPool;
use tokio::time::Instant;

use crate::postgres::deadline::InTime;
use crate::postgres::event_store::handover::{Handed, Room};
use crate::postgres::event_store::{SHARD, TaskEnds};
use crate::worker::Rank;

/// A row that this process works on.
pub(super) struct Claim {
    pub(super) dedupe: String,
    pub(super) due: Result<Due, Unread>,
    pub(super) lane: i16,
    pub(super) attempts: i32,
    pub(super) rank: Rank,
    fence: i64,
    /// The lease began then, or later.
    leased_at: Mutex<Instant>,
    /// Its end is on the way to the table: a renewal would be of no use.
    is_ending: AtomicBool,
    /// Its place in the memory of this process, if it was never read from the table.
    _room: Option<Room>,
    /// A call that is composed already.
    ready: Mutex<Option<Box<ReadyCall>>>,
}

/// A claimed row.
#[derive(sqlx::FromRow)]
struct Row {
    dedupe: String,
    request: Vec<u8>,
    lane: i16,
    fence: i64,
    attempts: i32,
    priority: i16,
    due_at: DateTime<Utc>,
}

/// Why a task cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It has the form of a task, but content that this version of the program does not know.
    Unknown,
    Damaged,
}

impl Claim {
    fn of(row: Row, leased_at: Instant) -> Self {
        Self {
            due: read(&row.request),
            dedupe: row.dedupe,
            lane: row.lane,
            attempts: row.attempts,
            rank: (row.priority, row.due_at.timestamp_micros()),
            fence: row.fence,
            leased_at: Mutex::new(leased_at),
            is_ending: AtomicBool::new(false),
            _room: None,
            ready: Mutex::default(),
        }
    }

    pub(super) fn lease(&self) -> TaskLease {
        TaskLease { key: self.dedupe.clone(), fence: self.fence }
    }

    /// The composed call; once.
    pub(super) fn take_ready(&self) -> Option<ReadyCall> {
        self.ready.lock().take().map(|ready| *ready)
    }

    /// Age of the lease, or more.
    fn lease_age(&self) -> Duration {
        self.leased_at.lock().elapsed()
    }

    fn renewed(&self, at: Instant) {
        *self.leased_at.lock() = at;
    }
}

/// As `es.append` has stored it.
impl From<Handed> for Claim {
    fn from(handed: Handed) -> Self {
        Self {
            dedupe: handed.due.key(),
            lane: handed.due.task.lane().number(),
            attempts: 1,
            rank: (handed.priority, handed.due_at.timestamp_micros()),
            fence: 1,
            due: Ok(handed.due),
            leased_at: Mutex::new(handed.leased_at),
            is_ending: AtomicBool::new(false),
            _room: Some(handed.room),
            ready: Mutex::new(handed.ready),
        }
    }
}

fn read(request: &[u8]) -> Result<Due, Unread> {
    serde_json::from_slice(request).map_err(|_| {
        let json: Value = serde_json::from_slice(request).unwrap_or_default();
        let is_task = json.get("task").is_some() && json.get("cause").is_some_and(Value::is_object);
        if is_task { Unread::Unknown } else { Unread::Damaged }
    })
}

/// The final state of a row.
pub(super) enum Settlement {
    Done,
    /// Done, and its end is in the table.
    Stored,
    Again {
        after: Duration,
        reason: String,
    },
    /// Retried later; no attempt is counted.
    NotTried {
        after: Duration,
        reason: String,
    },
    /// Waits until fewer pages are in flight to this host. No attempt is counted.
    Waits {
        host: String,
    },
    /// It belongs to another lane. No attempt is counted.
    Moved {
        lane: Lane,
    },
    Dead {
        reason: String,
    },
    /// Another process has it.
    Lost,
}

/// Reason of an attempt that was interrupted.
pub(super) const STOPPED: &str = "the process stopped before the task was done";

/// Claims, renews and settles.
pub(super) struct Claims {
    pool: PgPool,
    ends: TaskEnds,
    lease: Duration,
}

impl Claims {
    pub(super) const fn new(pool: PgPool, ends: TaskEnds, lease: Duration) -> Self {
        Self { pool, ends, lease }
    }

    /// Claims up to `limit` due and unclaimed rows of a lane: urgent ones first, none for one of the `busy`
    /// hosts, and none that this process holds. Those are left out whatever the age of their leases: a lease may run
    /// out before the statement is executed.
    pub(super) async fn take(
        &self,
        lane: Lane,
        busy: &[String],
        held: &[Arc<Claim>],
        limit: i64,
    ) -> Result<Vec<Claim>, sqlx::Error> {
        let held = held.iter().filter(|claim| claim.lane == lane.number());
        let held: Vec<&str> = held.map(|claim| claim.dedupe.as_str()).collect();
        let leased_at = Instant::now();
        let rows: Vec<Row> = sqlx::query_as(
            "UPDATE es.outbox o \
                SET lease_until = now() + $2, fence = o.fence + 1, attempts = o.attempts + 1 \
               FROM (SELECT shard, dedupe FROM es.outbox \
                      WHERE shard = $1 AND state = 'due' AND due_at <= now() AND lease_until < now() \
                        AND lane = $4 AND (waits_for IS NULL OR waits_for <> ALL ($5)) AND dedupe <> ALL ($6) \
                      ORDER BY priority, due_at LIMIT $3 FOR UPDATE SKIP LOCKED) due \
              WHERE o.shard = due.shard AND o.dedupe = due.dedupe \
              RETURNING o.dedupe, o.request, o.lane, o.fence, o.attempts, o.priority, o.due_at",
        )
        .bind(SHARD)
        .bind(self.lease)
        .bind(limit)
        .bind(lane.number())
        .bind(busy)
        .bind(held)
        .fetch_all(&self.pool)
        .in_time()
        .await?;
        Ok(rows.into_iter().map(|row| Claim::of(row, leased_at)).collect())
    }

    /// Whether a row of any lane is due and unclaimed.
    pub(super) async fn has_due(&self) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM es.outbox WHERE shard = $1 AND state = 'due' AND due_at <= now() \
                               AND lease_until < now())",
        )
        .bind(SHARD)
        .fetch_one(&self.pool)
        .in_time()
        .await
    }

    /// Records the settlement; without effect if the claim was lost meanwhile. If recording
    /// fails, the row keeps its lease and the task is repeated.
    pub(super) async fn settle(
        &self,
        claim: &Claim,
        settlement: &Settlement,
    ) -> Result<(), sqlx::Error> {
        let mut lane = claim.lane;
        let mut waits_for = None;
        let (state, after, reason, not_tried) = match settlement {
            // With the next append.
            Settlement::Done => return self.end(claim).await,
            Settlement::Stored | Settlement::Lost => return Ok(()),
            Settlement::Again { after, reason } => ("due", *after, Some(reason.as_str()), 0),
            Settlement::NotTried { after, reason } => ("due", *after, Some(reason.as_str()), 1),
            Settlement::Waits { host } => {
                waits_for = Some(host);
                ("due", Duration::ZERO, Some("other pages are on their way to the HIU"), 1)
            }
            Settlement::Moved { lane: other } => {
                lane = other.number();
                ("due", Duration::ZERO, None, 1)
            }
            Settlement::Dead { reason } => ("dead", Duration::ZERO, Some(reason.as_str()), 0),
        };
        sqlx::query(
            "UPDATE es.outbox \
                SET state = $4, due_at = now() + $5, lease_until = '-infinity', last_error = $6, \
                    attempts = attempts - $7, lane = $8, waits_for = $9 \
              WHERE shard = $1 AND dedupe = $2 AND fence = $3",
        )
        .bind(SHARD)
        .bind(&claim.dedupe)
        .bind(claim.fence)
        .bind(state)
        .bind(after)
        .bind(reason)
        .bind(not_tried)
        .bind(lane)
        .bind(waits_for)
        .execute(&self.pool)
        .in_time()
        .await?;
        Ok(())
    }

    async fn end(&self, claim: &Claim) -> Result<(), sqlx::Error> {
        claim.is_ending.store(true, Ordering::Release);
        let ended = self.ends.end(claim.dedupe.clone(), claim.fence).await;
        claim.is_ending.store(false, Ordering::Release);
        ended
    }

    /// Releases claims: their tasks are due at once. A row that is locked is left to the transaction that locked it.
    pub(super) async fn release(&self, claims: &[Arc<Claim>]) -> Result<(), sqlx::Error> {
        let (dedupe, fence) = keys(claims);
        sqlx::query(
            "UPDATE es.outbox o SET lease_until = '-infinity', last_error = $4 \
               FROM (SELECT o.dedupe FROM es.outbox o \
                       JOIN unnest($2::text[], $3::bigint[]) AS held(dedupe, fence) USING (dedupe, fence) \
                      WHERE o.shard = $1 AND o.state = 'due' FOR UPDATE OF o SKIP LOCKED) held \
              WHERE o.shard = $1 AND o.dedupe = held.dedupe",
        )
        .bind(SHARD)
        .bind(dedupe)
        .bind(fence)
        .bind(STOPPED)
        .execute(&self.pool)
        .in_time()
        .await?;
        Ok(())
    }

    /// Renews leases, also those that have run out unnoticed. It never waits for a row that is locked: an append ends
    /// that task, and would wait for the rows that were renewed before. If the append fails, the next renewal is in time.
    pub(super) async fn renew(&self, claims: &[Arc<Claim>]) -> Result<(), sqlx::Error> {
        let is_open = |claim: &&Arc<Claim>| !claim.is_ending.load(Ordering::Acquire);
        let claims: Vec<_> = claims.iter().filter(is_open).map(Arc::clone).collect();
        let (dedupe, fence) = keys(&claims);
        let at = Instant::now();
        let renewed: Vec<String> = sqlx::query_scalar(
            "UPDATE es.outbox o SET lease_until = now() + $2 \
               FROM (SELECT o.dedupe FROM es.outbox o \
                       JOIN unnest($3::text[], $4::bigint[]) AS held(dedupe, fence) USING (dedupe, fence) \
                      WHERE o.shard = $1 AND o.state = 'due' AND o.lease_until > '-infinity' \
                        FOR UPDATE OF o SKIP LOCKED) held \
              WHERE o.shard = $1 AND o.dedupe = held.dedupe \
          RETURNING o.dedupe",
        )
        .bind(SHARD)
        .bind(self.lease)
        .bind(dedupe)
        .bind(fence)
        .fetch_all(&self.pool)
        .in_time()
        .await?;
        let renewed: HashSet<String> = renewed.into_iter().collect();
        for claim in claims.iter().filter(|claim| renewed.contains(&claim.dedupe)) {
            claim.renewed(at);
        }
        Ok(())
    }

    /// Whether a claim is still ours. It may have waited for a slot for longer than its lease.
    pub(super) async fn is_ours(&self, claim: &Claim) -> Result<bool, sqlx::Error> {
        if claim.lease_age() < self.lease {
            return Ok(true);
        }
        let at = Instant::now();
        let renewed = sqlx::query(
            "UPDATE es.outbox SET lease_until = now() + $4 \
              WHERE shard = $1 AND dedupe = $2 AND fence = $3 AND state = 'due'",
        )
        .bind(SHARD)
        .bind(&claim.dedupe)
        .bind(claim.fence)
        .bind(self.lease)
        .execute(&self.pool)
        .in_time()
        .await?;
        claim.renewed(at);
        Ok(renewed.rows_affected() == 1)
    }
}

fn keys(claims: &[Arc<Claim>]) -> (Vec<&str>, Vec<i64>) {
    claims.iter().map(|claim| (claim.dedupe.as_str(), claim.fence)).unzip()
}
