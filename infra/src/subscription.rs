//! The only loop over the log.
//!
//! A subscription has a row in `es.projection`: a checkpoint, and a lease with a fence. Each page of
//! events is applied and the checkpoint moved in one transaction that also checks the fence, so an
//! owner that was paused and overtaken cannot write, and an event is applied once.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hip_commands::codec;
use hip_commands::port::Log;
use hip_commands::port::log::LogError;
use hip_domain::event::{DecodeError, Event};
use hip_domain::recorded::Recorded;
use sqlx::{PgPool, PgTransaction};
use thiserror::Error;
use tokio::sync::watch;
use uuid::Uuid;

use crate::event_store::SHARD;

/// What is done with events, in the transaction that moves the checkpoint past them.
#[async_trait]
pub trait Subscriber: Send + Sync {
    /// The row's name. A stored name never changes.
    fn name(&self) -> &'static str;

    /// Applies a page of events, in order.
    async fn apply(
        &self,
        transaction: &mut PgTransaction<'_>,
        events: &[Recorded<Event>],
    ) -> Result<(), sqlx::Error>;

    /// Called after the transaction has committed.
    fn applied(&self) {}
}

/// How a subscription paces itself.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// How long a lease holds without being renewed: how long after a crash another process waits.
    pub lease: Duration,
    /// How long to wait for a hint before looking anyway.
    pub poll: Duration,
}

/// Events in one transaction.
const PAGE: u16 = 500;

/// How often a page is tried before the subscription halts.
const ATTEMPT_COUNT_MAX: u32 = 3;

/// A running subscription.
pub struct Subscription {
    log: Arc<dyn Log>,
    pool: PgPool,
    subscriber: Arc<dyn Subscriber>,
    pace: Pace,
    owner: String,
    position: watch::Sender<i64>,
}

#[derive(Debug, Error)]
enum Stop {
    #[error("another process has taken over")]
    Fenced,
    #[error(transparent)]
    Log(#[from] LogError),
    #[error("an event cannot be read")]
    Decode(#[from] DecodeError),
    #[error("the database")]
    Database(#[from] sqlx::Error),
}

/// Where a held lease stands.
struct Lease {
    position: i64,
    fence: i64,
}

impl Subscription {
    /// A subscription that has not started.
    pub fn new(
        log: Arc<dyn Log>,
        pool: PgPool,
        subscriber: Arc<dyn Subscriber>,
        pace: Pace,
        process: Uuid,
    ) -> Self {
        let (position, _) = watch::channel(0);
        Self { log, pool, subscriber, pace, owner: process.to_string(), position }
    }

    /// Follows the checkpoint, while this process holds the lease.
    pub fn watch_position(&self) -> watch::Receiver<i64> {
        self.position.subscribe()
    }

    /// Runs until `stop` says so; then the lease is given back.
    pub async fn run(self, mut head: watch::Receiver<i64>, mut stop: watch::Receiver<bool>) {
        let name = self.subscriber.name();
        let mut lease = None;
        let mut failures = 0;
        while !*stop.borrow() {
            match self.step(&mut lease).await {
                Ok(true) => {
                    failures = 0;
                    continue;
                }
                Ok(false) => failures = 0,
                Err(Stop::Fenced) => lease = None,
                Err(error @ (Stop::Decode(_) | Stop::Log(LogError::Damaged { .. }))) => {
                    return self.halt(&error).await;
                }
                Err(error) => {
                    failures += 1;
                    lease = None;
                    let attempt = failures;
                    tracing::warn!(
                        subscription = name,
                        attempt,
                        cause = cause(&error),
                        "a page was not applied"
                    );
                    if failures >= ATTEMPT_COUNT_MAX && is_poison(&error) {
                        return self.halt(&error).await;
                    }
                }
            }
            tokio::select! {
                _ = head.changed() => {}
                () = tokio::time::sleep(self.pace.poll) => {}
                _ = stop.changed() => {}
            }
        }
        if let Some(lease) = lease {
            self.release(&lease).await;
        }
    }

    /// Applies one page, if there is one. Says whether there may be more.
    async fn step(&self, lease: &mut Option<Lease>) -> Result<bool, Stop> {
        if lease.is_none() {
            *lease = self.claim().await?;
        }
        let Some(held) = lease else { return Ok(false) };
        let page = self.log.page(held.position, PAGE.into()).await?;
        let Some(last) = page.last() else {
            self.renew(held).await?;
            return Ok(false);
        };
        let (full, last) = (page.len() == usize::from(PAGE), last.position);
        let events = page.iter().map(codec::decode).collect::<Result<Vec<_>, _>>()?;
        let mut transaction = self.pool.begin().await?;
        self.subscriber.apply(&mut transaction, &events).await?;
        let moved = sqlx::query(
            "UPDATE es.projection SET position = $4, lease_until = now() + $5 \
              WHERE name = $1 AND generation = 1 AND shard = $2 AND fence = $3 AND position = $6",
        )
        .bind(self.subscriber.name())
        .bind(SHARD)
        .bind(held.fence)
        .bind(last)
        .bind(self.pace.lease)
        .bind(held.position)
        .execute(&mut *transaction)
        .await?;
        if moved.rows_affected() != 1 {
            return Err(Stop::Fenced);
        }
        transaction.commit().await?;
        held.position = last;
        self.position.send_replace(last);
        self.subscriber.applied();
        Ok(full)
    }

    /// Takes the lease, if nobody holds it.
    async fn claim(&self) -> Result<Option<Lease>, sqlx::Error> {
        sqlx::query(
            "INSERT INTO es.projection (name, generation, shard, state) VALUES ($1, 1, $2, 'live') \
             ON CONFLICT DO NOTHING",
        )
        .bind(self.subscriber.name())
        .bind(SHARD)
        .execute(&self.pool)
        .await?;
        let row: Option<(i64, i64)> = sqlx::query_as(
            "UPDATE es.projection \
                SET owner = $3, fence = fence + 1, lease_until = now() + $4, state = 'live', last_error = NULL \
              WHERE name = $1 AND generation = 1 AND shard = $2 AND (owner = $3 OR lease_until < now()) \
              RETURNING position, fence",
        )
        .bind(self.subscriber.name())
        .bind(SHARD)
        .bind(&self.owner)
        .bind(self.pace.lease)
        .fetch_optional(&self.pool)
        .await?;
        let lease = row.map(|(position, fence)| Lease { position, fence });
        if let Some(lease) = &lease {
            self.position.send_replace(lease.position);
        }
        Ok(lease)
    }

    async fn renew(&self, lease: &Lease) -> Result<(), Stop> {
        let renewed = sqlx::query(
            "UPDATE es.projection SET lease_until = now() + $4 \
              WHERE name = $1 AND generation = 1 AND shard = $2 AND fence = $3",
        )
        .bind(self.subscriber.name())
        .bind(SHARD)
        .bind(lease.fence)
        .bind(self.pace.lease)
        .execute(&self.pool)
        .await?;
        if renewed.rows_affected() == 1 { Ok(()) } else { Err(Stop::Fenced) }
    }

    async fn release(&self, lease: &Lease) {
        let released = sqlx::query(
            "UPDATE es.projection SET lease_until = '-infinity' \
              WHERE name = $1 AND generation = 1 AND shard = $2 AND fence = $3",
        )
        .bind(self.subscriber.name())
        .bind(SHARD)
        .bind(lease.fence)
        .execute(&self.pool)
        .await;
        if let Err(error) = released {
            // The lease runs out by itself.
            let cause = cause(&Stop::Database(error));
            tracing::debug!(
                subscription = self.subscriber.name(),
                cause,
                "a lease was not given back"
            );
        }
    }

    /// An event that cannot be applied stops the subscription, loudly: to skip it would be to forget
    /// it. The next start tries again.
    async fn halt(&self, error: &Stop) {
        let name = self.subscriber.name();
        let cause = cause(error);
        tracing::error!(
            subscription = name,
            cause,
            "halted; it goes on after the cause is mended and the process started again"
        );
        let _ = sqlx::query(
            "UPDATE es.projection SET state = 'halted', last_error = $3, lease_until = '-infinity' \
              WHERE name = $1 AND generation = 1 AND shard = $2 AND owner = $4",
        )
        .bind(name)
        .bind(SHARD)
        .bind(cause)
        .bind(&self.owner)
        .execute(&self.pool)
        .await;
    }
}

/// Whether trying again cannot help: the events and the tables do not fit (SQLSTATE classes 22, 23
/// and 42). A database that is away comes back.
fn is_poison(error: &Stop) -> bool {
    let Stop::Database(error) = error else {
        return false;
    };
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| ["22", "23", "42"].iter().any(|class| code.starts_with(class)))
}

/// An error in words that quote no row.
fn cause(error: &Stop) -> String {
    match error {
        Stop::Database(error) => {
            match error.as_database_error().and_then(sqlx::error::DatabaseError::code) {
                Some(code) => format!("database error {code}"),
                None => "the database cannot be reached".to_owned(),
            }
        }
        Stop::Log(error) => error.to_string(),
        Stop::Decode(error) => error.to_string(),
        Stop::Fenced => error.to_string(),
    }
}
