//! The only loop over the log.
//!
//! A subscription has a row in `es.projection`: a checkpoint, and a lease with a fence. Each page of
//! events is applied and the checkpoint moved in one transaction that begins with a lock on that row
//! under its fence. So an owner that lost its lease cannot write, nobody can take the lease during a
//! write, and an event is applied once. Data in a store other than Postgres is written before
//! that transaction ends: there a page may be applied twice, and every write carries its position.
//! A page that changes nothing only moves the checkpoint, under the same fence. Subscribers of a process that have
//! come to the end of the log go on together, as a `group`.
//!
//! It reads when the newest position known to the process advances; without that, every two
//! seconds.

mod cursor;
mod group;
mod lease;
mod page;
mod page_failure;
mod page_transaction;
mod parking;
mod poison;
pub mod process_manager;
pub mod projection_status;
pub mod projection_wait;
pub mod rebuild;

use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use futures_util::FutureExt;
use hip_commands::port::Log;
use hip_commands::port::log::LogError;
use sqlx::PgPool;
use tokio::sync::watch;
use uuid::Uuid;

pub use self::group::{Group, GroupDoor};
pub use self::lease::Generation;
pub use self::page::Page;
pub use self::page_failure::ApplyError;
pub use self::page_transaction::PageTransaction;
pub use self::poison::Poison;

use crate::postgres::deadline::{CALL_TIME_MAX, within};

pub(crate) use self::cursor::Cursor;
pub(crate) use self::lease::{Lease, Taking};
pub(crate) use self::page_failure::PageFailure;

/// Processes events, in the transaction that moves the checkpoint past them.
#[async_trait]
pub trait Subscriber: Send + Sync {
    /// The row's name. A stored name never changes.
    fn name(&self) -> &'static str;

    /// Applies a page of events, in order, to a generation.
    async fn apply(
        &self,
        transaction: &mut PageTransaction<'_>,
        generation: Generation,
        page: &Page,
    ) -> Result<(), ApplyError>;

    /// Whether a page changes nothing, so that the checkpoint may move past it without a transaction.
    fn is_indifferent_to(&self, _: &Page) -> bool {
        false
    }

    /// Handling of an event that cannot be applied.
    fn poison(&self) -> Poison {
        Poison::QuarantineStream
    }

    /// Whether its data is in the log's own database, and written in the given transaction.
    fn is_in_database(&self) -> bool {
        false
    }

    /// Whether its store may lose data that this database knows to be written: it is another server.
    fn may_lose_data(&self) -> bool {
        false
    }

    /// How far behind the checkpoint the position of its store may be: pages that change nothing are not noted there.
    fn unnoted_max(&self) -> i64 {
        0
    }

    /// Called after the checkpoint has moved past a page that changes nothing.
    fn passed(&self, _: Generation, _position: i64) {}

    /// Called after the transaction has committed.
    fn applied(&self) {}

    /// The position up to which a store other than Postgres has its data; 0 if it was
    /// emptied. `None` for data that is written in the checkpoint's own transaction.
    async fn remembered(&self, _: Generation) -> Result<Option<i64>, ApplyError> {
        Ok(None)
    }
}

/// Timing of a subscription.
#[derive(Debug, Clone, Copy)]
pub struct SubscriptionConfig {
    /// Duration of a lease without renewal. After a crash another process waits this long.
    pub lease: Duration,
    /// How long to wait for a hint before checking the lease.
    pub poll: Duration,
}

/// Events in one transaction.
const PAGE: i64 = 500;

/// Maximum attempts for a single event before it is parked, or for a page before the subscription
/// stops.
const ATTEMPT_COUNT_MAX: u32 = 3;

/// Maximum wait for an unavailable store.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Time limit for taking a lease, or for checking the store: some calls each.
const CLAIM_TIME_MAX: Duration = Duration::from_secs(30);

/// Interval at which the log is read without a hint.
const LOOK_INTERVAL: Duration = Duration::from_secs(2);

/// Interval at which a store is checked for lost data.
const RECALL_INTERVAL: Duration = Duration::from_secs(5);

/// A running subscription.
pub struct Subscription {
    log: Arc<dyn Log>,
    pool: PgPool,
    subscriber: Arc<dyn Subscriber>,
    config: SubscriptionConfig,
    owner: String,
    group: Option<GroupDoor>,
}

/// State of a subscription that has the lease.
struct Held {
    cursor: Cursor,
    recalled_at: Instant,
    /// When the end of the log was last reached.
    read_all_at: Option<Instant>,
}

impl Subscription {
    /// Creates a subscription. Does not start it.
    pub fn new(
        log: Arc<dyn Log>,
        pool: PgPool,
        subscriber: Arc<dyn Subscriber>,
        config: SubscriptionConfig,
        process: Uuid,
    ) -> Self {
        Self { log, pool, subscriber, config, owner: process.to_string(), group: None }
    }

    /// Lets it take part in a group.
    #[must_use]
    pub fn in_group(self, door: GroupDoor) -> Self {
        Self { group: Some(door), ..self }
    }

    /// Runs until `stop` is true; then releases the lease.
    pub async fn run(self, mut head: watch::Receiver<i64>, mut stop: watch::Receiver<bool>) {
        let name = self.subscriber.name();
        let mut holding = None;
        let mut failures = 0;
        while !*stop.borrow() {
            let taken = AssertUnwindSafe(self.step(&mut holding, &head)).catch_unwind().await;
            match taken.unwrap_or(Err(PageFailure::Apply(ApplyError::Panicked))) {
                Ok(has_more) => {
                    failures = 0;
                    let newest = *head.borrow();
                    let is_near = |held: &Held| newest - held.cursor.position() <= group::GAP_MAX;
                    // Under load there is always more; those whose store is elsewhere are better off alone then.
                    let may_join = !has_more
                        || self.subscriber.is_in_database()
                            && holding.as_ref().is_some_and(is_near);
                    if may_join && self.read_in_group(&mut holding).await || has_more {
                        continue;
                    }
                }
                // Both start again with the next claim, which checks the position of the store.
                Err(PageFailure::Fenced | PageFailure::Apply(ApplyError::Lost)) => holding = None,
                Err(error) => {
                    failures += 1;
                    let (attempt, cause) = (failures, error.cause());
                    tracing::warn!(subscription = name, attempt, cause, "a page was not applied");
                    if error.is_of_the_connection() {
                        holding = None;
                    }
                    let goes_on = Cursor::goes_on_after(self.subscriber.as_ref(), &error);
                    if failures >= ATTEMPT_COUNT_MAX && error.is_poison() && !goes_on {
                        return self.halt(holding, &error).await;
                    }
                }
            }
            tokio::select! {
                _ = head.changed(), if failures == 0 => {}
                () = tokio::time::sleep(self.pause(failures)) => {}
                _ = stop.changed() => {}
            }
        }
        if let Some(held) = holding
            && let Err(error) = held.cursor.lease.release(&self.pool).await
        {
            let cause = PageFailure::from(error).cause();
            tracing::debug!(subscription = name, cause, "a lease was not released");
        }
    }

    /// Takes part in the group, if it may. Returns whether it did.
    async fn read_in_group(&self, holding: &mut Option<Held>) -> bool {
        let Some(door) = &self.group else { return false };
        let Some(held) = holding.take_if(|held| held.cursor.is_fit()) else { return false };
        match door.join(Arc::clone(&self.subscriber), held.cursor).await {
            Ok(cursor) => {
                *holding = cursor.map(|cursor| Held { cursor, ..held });
                true
            }
            Err(cursor) => {
                *holding = Some(Held { cursor: *cursor, ..held });
                false
            }
        }
    }

    /// An unavailable store is not called for every event. The pause ends before the lease expires.
    fn pause(&self, failures: u32) -> Duration {
        let poll = self.config.poll.min(self.config.lease / 4);
        (poll * 2_u32.saturating_pow(failures.min(6))).min(PAUSE_MAX)
    }

    /// Applies one page, if there is one. Returns whether there may be more.
    async fn step(
        &self,
        held: &mut Option<Held>,
        newest: &watch::Receiver<i64>,
    ) -> Result<bool, PageFailure> {
        if held.is_none() {
            *held = within(CLAIM_TIME_MAX, self.claim()).await?;
        }
        let Some(Held { cursor, recalled_at, read_all_at }) = held else {
            return Ok(false);
        };
        if self.subscriber.may_lose_data() && recalled_at.elapsed() > RECALL_INTERVAL {
            within(CLAIM_TIME_MAX, self.recall(&mut cursor.lease)).await?;
            *recalled_at = Instant::now();
        }
        let is_hinted = *newest.borrow() > cursor.position();
        let is_due = read_all_at.is_none_or(|at| at.elapsed() > LOOK_INTERVAL);
        let mut has_more = false;
        if is_hinted || is_due {
            let limit = cursor.limit(PAGE);
            let read = self.log.clear_page(cursor.position(), limit).await;
            let stored = read.inspect_err(|_| cursor.read_failed(limit))?;
            has_more = !stored.is_empty();
            if has_more {
                cursor.apply(&self.pool, self.subscriber.as_ref(), stored).await?;
                self.subscriber.applied();
            }
            let known = *newest.borrow();
            let is_at_head = known > 0 && known <= cursor.position();
            *read_all_at = (!has_more || is_at_head).then(Instant::now);
        }
        if !has_more {
            cursor.lease.renew(&self.pool).await?;
        }
        if cursor.lease.retry_wanted {
            self.retry(cursor).await?;
        }
        Ok(has_more)
    }

    async fn claim(&self) -> Result<Option<Held>, PageFailure> {
        let (name, time) = (self.subscriber.name(), self.config.lease);
        let lease = Lease::take(&self.pool, name, &self.owner, time, Taking::Free).await?;
        let Some(mut lease) = lease else { return Ok(None) };
        self.recall(&mut lease).await?;
        let cursor = Cursor::new(&self.pool, lease, self.subscriber.poison()).await?;
        Ok(Some(Held { cursor, recalled_at: Instant::now(), read_all_at: None }))
    }

    /// Retries parked events in log order. An event that fails again keeps those behind it parked.
    async fn retry(&self, cursor: &mut Cursor) -> Result<(), PageFailure> {
        let subscriber = self.subscriber.as_ref();
        let mut kept = HashSet::new();
        let mut after = 0;
        while let Some(position) = parking::next(&self.pool, &cursor.lease, after).await? {
            after = position;
            let stored = self.log.page(position.saturating_sub(1), 1).await?.into_iter().next();
            let missing = LogError::Damaged { position, what: "there is no such event" };
            let stored = stored.ok_or(missing)?;
            let groups = subscriber.poison().groups(&stored);
            if groups.iter().any(|group| kept.contains(group)) {
                kept.extend(groups);
                continue;
            }
            let time_max = cursor.lease.page_time_max() + CALL_TIME_MAX;
            let applied = cursor.apply_parked(&self.pool, subscriber, stored);
            match within(time_max, applied).await {
                Ok(()) => self.subscriber.applied(),
                Err(stop) if stop.is_of_an_event() => {
                    parking::tried(&self.pool, &cursor.lease, position, &stop.cause()).await?;
                    kept.extend(groups);
                }
                Err(stop) => return Err(stop),
            }
        }
        cursor.lease.retried(&self.pool).await
    }

    /// Fills a store again that was emptied, or restored from an old backup, from its own position.
    async fn recall(&self, lease: &mut Lease) -> Result<(), PageFailure> {
        let remembered = self.subscriber.remembered(lease.generation).await?;
        if let Some(position) = remembered.filter(|position| *position < lease.position) {
            let (subscription, from) = (self.subscriber.name(), lease.position);
            if from.saturating_sub(position) > self.subscriber.unnoted_max() {
                tracing::warn!(
                    subscription,
                    from,
                    position,
                    "the store has lost data that was written"
                );
            } else {
                tracing::info!(
                    subscription,
                    from,
                    position,
                    "read again from where the store has its data"
                );
            }
            lease.rewind(&self.pool, position).await?;
        }
        Ok(())
    }

    /// An event that cannot be applied stops the subscription and is logged as an error: skipping it would lose
    /// it. The next start retries.
    async fn halt(&self, held: Option<Held>, error: &PageFailure) {
        let (subscription, cause) = (self.subscriber.name(), error.cause());
        tracing::error!(subscription, cause, "halted; remove the cause and restart the process");
        if let Some(held) = held {
            let _ = held.cursor.lease.halt(&self.pool, &cause).await;
        }
    }
}
