//! State of one generation of a subscriber: position, parked events and page size.
//!
//! After a failed page the page size drops to one event and grows again, so the event that cannot be
//! applied is found. After some attempts it is parked, with all later events of its stream, and
//! the subscriber continues. An event that only a newer program knows may stop it instead: see [`Poison`].

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use hip_commands::log::codec;
use hip_commands::port::log::StoredEvent;
use sqlx::PgPool;

use super::lease::Lease;
use super::page::Page;
use super::page_failure::{ApplyError, PageFailure};
use super::page_transaction::PageTransaction;
use super::parking::{self, Parked, ParkedEvent};
use super::{ATTEMPT_COUNT_MAX, Poison, Subscriber};
use crate::postgres::deadline::{CALL_TIME_MAX, within};

/// Position of a generation, with its parked events.
pub(crate) struct Cursor {
    pub(crate) lease: Lease,
    parked: Parked,
    /// Events in the next page, unless the caller wants fewer.
    size: i64,
    failed: Option<Failed>,
}

/// Failed attempts on a single event.
struct Failed {
    position: i64,
    attempts: u32,
    reason: String,
}

impl Cursor {
    pub(crate) async fn new(
        pool: &PgPool,
        lease: Lease,
        poison: Poison,
    ) -> Result<Self, sqlx::Error> {
        let parked = Parked::load(pool, &lease, poison).await?;
        Ok(Self { lease, parked, size: i64::MAX, failed: None })
    }

    pub(crate) fn position(&self) -> i64 {
        self.lease.position
    }

    /// Number of events to read for the next page.
    pub(crate) fn limit(&self, most: i64) -> i64 {
        self.size.min(most)
    }

    /// Halves the page size after a page of this size could not be read.
    pub(crate) fn read_failed(&mut self, limit: i64) {
        self.size = (limit / 2).max(1);
    }

    /// Whether it may apply pages together with others: nothing failed, and nothing is parked.
    pub(super) fn is_fit(&self) -> bool {
        self.failed.is_none() && self.parked.count() == 0 && !self.lease.retry_wanted
    }

    pub(crate) fn parked_count(&self) -> usize {
        self.parked.count()
    }

    /// Whether the next attempt differs from the last: with fewer events, or without one.
    pub(crate) fn goes_on_after(subscriber: &dyn Subscriber, stop: &PageFailure) -> bool {
        subscriber.poison().goes_on_after(stop)
    }

    /// Applies the events right after the position, and moves it.
    pub(crate) async fn apply(
        &mut self,
        pool: &PgPool,
        subscriber: &dyn Subscriber,
        stored: Vec<StoredEvent>,
    ) -> Result<(), PageFailure> {
        let only = match stored.as_slice() {
            [only] => Some(only.position),
            _ => None,
        };
        let time_max = self.lease.page_time_max() + CALL_TIME_MAX;
        let trying = within(time_max, self.try_page(pool, subscriber, stored));
        let trying = AssertUnwindSafe(trying).catch_unwind();
        let outcome = trying.await.unwrap_or(Err(PageFailure::Apply(ApplyError::Panicked)));
        match &outcome {
            Ok(()) => {
                self.failed = None;
                self.size = self.size.saturating_mul(2);
            }
            Err(stop) => {
                if let Some(position) = only
                    && Self::goes_on_after(subscriber, stop)
                {
                    let before = self.failed.take().filter(|failed| failed.position == position);
                    let attempts = before.map_or(0, |failed| failed.attempts).saturating_add(1);
                    self.failed = Some(Failed { position, attempts, reason: stop.cause() });
                }
                self.size = 1;
            }
        }
        outcome
    }

    async fn try_page(
        &mut self,
        pool: &PgPool,
        subscriber: &dyn Subscriber,
        stored: Vec<StoredEvent>,
    ) -> Result<(), PageFailure> {
        let (page, aside) = self.sort(subscriber, stored)?;
        let Some(last) = page.last_position() else {
            return Ok(());
        };
        if aside.is_empty() && subscriber.is_indifferent_to(&page) {
            self.lease.pass(pool, last).await?;
            subscriber.passed(self.lease.generation, last);
            return Ok(());
        }
        let mut transaction = PageTransaction::begin(pool).await?;
        self.lease.hold(&mut transaction).await?;
        let applied = subscriber.apply(&mut transaction, self.lease.generation, &page);
        tokio::time::timeout(self.lease.page_time_max(), applied)
            .await
            .map_err(|_| ApplyError::Late)??;
        parking::insert(&mut transaction, &self.lease, &aside).await?;
        self.lease.advance(transaction, last).await?;
        for it in aside.iter().filter_map(ParkedEvent::complaint) {
            let (subscription, (position, reason)) = (subscriber.name(), it);
            tracing::error!(subscription, position, reason, "an event was put aside");
        }
        self.parked.add(aside);
        Ok(())
    }

    /// Separates the events to apply from those to park.
    fn sort(
        &self,
        subscriber: &dyn Subscriber,
        stored: Vec<StoredEvent>,
    ) -> Result<(Page, Vec<ParkedEvent>), PageFailure> {
        let poison = subscriber.poison();
        let mut page = Page::over(&stored);
        let mut aside: Vec<ParkedEvent> = vec![];
        for event in stored {
            let groups = poison.groups(&event);
            let is_behind =
                |group| self.parked.holds(group) || aside.iter().any(|it| it.is_of(group));
            if groups.iter().any(is_behind) {
                aside.push(ParkedEvent::behind(&event, groups));
            } else if let Some(Failed { position, attempts, reason }) = &self.failed
                && *attempts >= ATTEMPT_COUNT_MAX
                && event.position == *position
            {
                aside.push(ParkedEvent::failed(&event, groups, *attempts, reason.clone()));
            } else {
                match codec::decode(&event) {
                    Ok(recorded) => page.push(event, recorded),
                    // It cannot be decoded a second time either.
                    Err(error) => {
                        let (reason, stop) = (error.to_string(), PageFailure::from(error));
                        if !poison.goes_on_after(&stop) {
                            return Err(stop);
                        }
                        aside.push(ParkedEvent::failed(&event, groups, 1, reason));
                    }
                }
            }
        }
        self.parked.check(&aside)?;
        Ok((page, aside))
    }

    /// Applies a parked event, before all that wait behind it.
    pub(super) async fn apply_parked(
        &mut self,
        pool: &PgPool,
        subscriber: &dyn Subscriber,
        stored: StoredEvent,
    ) -> Result<(), PageFailure> {
        let trying = AssertUnwindSafe(self.try_parked(pool, subscriber, stored)).catch_unwind();
        trying.await.unwrap_or(Err(PageFailure::Apply(ApplyError::Panicked)))
    }

    async fn try_parked(
        &mut self,
        pool: &PgPool,
        subscriber: &dyn Subscriber,
        stored: StoredEvent,
    ) -> Result<(), PageFailure> {
        let (position, groups) = (stored.position, subscriber.poison().groups(&stored));
        let mut page = Page::over(std::slice::from_ref(&stored));
        let recorded = codec::decode(&stored)?;
        page.push(stored, recorded);
        let mut transaction = PageTransaction::begin(pool).await?;
        self.lease.hold(&mut transaction).await?;
        let applied = subscriber.apply(&mut transaction, self.lease.generation, &page);
        tokio::time::timeout(self.lease.page_time_max(), applied)
            .await
            .map_err(|_| ApplyError::Late)??;
        parking::delete(&mut transaction, &self.lease, position).await?;
        transaction.commit().await?;
        self.parked.forget_one(&groups);
        Ok(())
    }
}
