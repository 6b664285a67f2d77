//! Puts tasks into the outbox that were not stored with the events they follow from.
//!
//! An append stores the tasks of its events. Programs of an earlier version did not; this reader stores theirs. For
//! all other events it has nothing to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use hip_commands::process_managers::react;
use hip_commands::tasks::Due;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use sqlx::PgPool;
use tokio::sync::Notify;

use crate::postgres::deadline::InTime;
use crate::postgres::event_store::{OwnPositions, SHARD};
use crate::subscription::{ApplyError, Generation, Page, PageTransaction, Subscriber};
use crate::worker::outbox::NewRows;

/// The subscription's name.
const NAME: &str = "reactions";

/// The position up to which all events have their tasks, whichever program stored them.
///
/// # Errors
///
/// The database cannot be read.
pub async fn position(pool: &PgPool) -> Result<i64, sqlx::Error> {
    let position: Option<i64> = sqlx::query_scalar(
        "SELECT min(position) FROM es.projection \
          WHERE name = $1 AND state IN ('live', 'halted') AND shard = $2",
    )
    .bind(NAME)
    .bind(SHARD)
    .fetch_one(pool)
    .in_time()
    .await?;
    Ok(position.unwrap_or(0))
}

/// Derives the tasks of events that other processes stored.
pub struct ProcessManagerSubscriber {
    own: Arc<OwnPositions>,
    work: Arc<Notify>,
    orders: Arc<Notify>,
    has_stored: AtomicBool,
}

impl ProcessManagerSubscriber {
    /// Skips the events of this process. Notifies `work` of new tasks, and `orders` of orders to replay.
    pub const fn new(own: Arc<OwnPositions>, work: Arc<Notify>, orders: Arc<Notify>) -> Self {
        Self { own, work, orders, has_stored: AtomicBool::new(false) }
    }

    fn tasks(&self, recorded: &Recorded<Event>) -> Vec<Due> {
        if self.own.has(recorded.position) { vec![] } else { react(recorded) }
    }
}

#[async_trait]
impl Subscriber for ProcessManagerSubscriber {
    fn name(&self) -> &'static str {
        NAME
    }

    fn is_in_database(&self) -> bool {
        true
    }

    fn is_indifferent_to(&self, page: &Page) -> bool {
        if let Some(first) = page.events().first() {
            self.own.forget_before(first.position);
        }
        if page.events().iter().any(|recorded| matches!(recorded.event, Event::Replay(_))) {
            self.orders.notify_one();
        }
        page.events().iter().all(|recorded| self.tasks(recorded).is_empty())
    }

    async fn apply(
        &self,
        transaction: &mut PageTransaction<'_>,
        _: Generation,
        page: &Page,
    ) -> Result<(), ApplyError> {
        let mut rows = NewRows::default();
        for recorded in page.events() {
            for due in self.tasks(recorded) {
                rows.push(recorded, &due);
            }
        }
        if rows.insert(transaction).await? > 0 {
            self.has_stored.store(true, Ordering::Release);
        }
        Ok(())
    }

    fn applied(&self) {
        if self.has_stored.swap(false, Ordering::AcqRel) {
            self.work.notify_one();
        }
    }
}
