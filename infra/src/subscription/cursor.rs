//! A generation of a reader: where it stands, what it has put aside, and how it takes a page.
//!
//! A page that fails is followed by pages of one event, which grow again: so the event that cannot be
//! applied is found. After some attempts it is put aside, with all that follows it in its stream, and
//! the reader goes on; unless the subscriber must not skip, then it is its own halt.

use hip_commands::codec;
use hip_commands::port::log::StoredEvent;
use hip_domain::stream::StreamId;
use sqlx::PgPool;

use super::lease::Lease;
use super::page::Page;
use super::parking::{self, Aside, Parked};
use super::stop::{ApplyError, Stop};
use super::{ATTEMPT_COUNT_MAX, Subscriber};
use crate::deadline::{CALL_TIME_MAX, within};

/// Where a generation stands.
pub(crate) struct Cursor {
    pub(crate) lease: Lease,
    parked: Parked,
    /// Events in the next page, unless the caller wants fewer.
    size: i64,
    failed: Option<Failed>,
}

/// An event that was tried by itself.
struct Failed {
    position: i64,
    attempts: u32,
    reason: String,
}

impl Cursor {
    pub(crate) async fn new(pool: &PgPool, lease: Lease) -> Result<Self, sqlx::Error> {
        let parked = Parked::load(pool, &lease).await?;
        Ok(Self { lease, parked, size: i64::MAX, failed: None })
    }

    pub(crate) fn position(&self) -> i64 {
        self.lease.position
    }

    /// How many events to read for the next page.
    pub(crate) fn limit(&self, most: i64) -> i64 {
        self.size.min(most)
    }

    /// A page of so many events could not be read: the next is half as long.
    pub(crate) fn read_failed(&mut self, limit: i64) {
        self.size = (limit / 2).max(1);
    }

    pub(crate) fn parked_count(&self) -> usize {
        self.parked.count()
    }

    /// Whether the next attempt is another one than the last: with fewer events, or without one.
    pub(crate) fn goes_on_after(subscriber: &dyn Subscriber, stop: &Stop) -> bool {
        subscriber.may_park() && stop.is_of_an_event()
    }

    /// Applies the events right after the position, and moves it.
    pub(crate) async fn apply(
        &mut self,
        pool: &PgPool,
        subscriber: &dyn Subscriber,
        stored: Vec<StoredEvent>,
    ) -> Result<(), Stop> {
        let only = match stored.as_slice() {
            [only] => Some(only.position),
            _ => None,
        };
        let time_max = self.lease.page_time_max() + CALL_TIME_MAX;
        let outcome = within(time_max, self.try_page(pool, subscriber, stored)).await;
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
                    let attempts = before.map_or(0, |failed| failed.attempts) + 1;
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
    ) -> Result<(), Stop> {
        let (page, aside) = self.sort(subscriber, stored)?;
        let Some(last) = page.last_position() else {
            return Ok(());
        };
        let mut transaction = pool.begin().await?;
        self.lease.hold(&mut transaction).await?;
        let applied = subscriber.apply(&mut transaction, self.lease.generation, &page);
        tokio::time::timeout(self.lease.page_time_max(), applied)
            .await
            .map_err(|_| ApplyError::Late)??;
        parking::insert(&mut transaction, &self.lease, &aside).await?;
        self.lease.advance(transaction, last).await?;
        for it in aside.iter().filter_map(Aside::complaint) {
            let (subscription, (position, reason)) = (subscriber.name(), it);
            tracing::error!(subscription, position, reason, "an event was put aside");
        }
        self.parked.add(aside);
        Ok(())
    }

    /// What is to be applied, and what is to be put aside.
    fn sort(
        &self,
        subscriber: &dyn Subscriber,
        stored: Vec<StoredEvent>,
    ) -> Result<(Page, Vec<Aside>), Stop> {
        let mut page = Page::over(&stored);
        let mut aside: Vec<Aside> = vec![];
        for event in stored {
            if self.parked.holds(&event.stream) || aside.iter().any(|it| it.is_of(&event.stream)) {
                aside.push(Aside::behind(&event));
            } else if let Some(Failed { position, attempts, reason }) = &self.failed
                && *attempts >= ATTEMPT_COUNT_MAX
                && event.position == *position
            {
                aside.push(Aside::failed(&event, *attempts, reason.clone()));
            } else {
                match codec::decode(&event) {
                    Ok(recorded) => page.push(event, recorded),
                    // It reads no better a second time.
                    Err(error) if subscriber.may_park() => {
                        aside.push(Aside::failed(&event, 1, error.to_string()));
                    }
                    Err(error) => return Err(error.into()),
                }
            }
        }
        self.parked.check(&aside)?;
        Ok((page, aside))
    }

    /// The streams of which something was put aside.
    pub(super) fn parked_streams(&self) -> Vec<StreamId> {
        self.parked.streams()
    }

    /// Applies one that was put aside: the first of its stream.
    pub(super) async fn apply_parked(
        &mut self,
        pool: &PgPool,
        subscriber: &dyn Subscriber,
        stored: StoredEvent,
    ) -> Result<(), Stop> {
        let (position, stream) = (stored.position, stored.stream.clone());
        let mut page = Page::over(std::slice::from_ref(&stored));
        let recorded = codec::decode(&stored)?;
        page.push(stored, recorded);
        let mut transaction = pool.begin().await?;
        self.lease.hold(&mut transaction).await?;
        let applied = subscriber.apply(&mut transaction, self.lease.generation, &page);
        tokio::time::timeout(self.lease.page_time_max(), applied)
            .await
            .map_err(|_| ApplyError::Late)??;
        parking::delete(&mut transaction, &self.lease, position).await?;
        transaction.commit().await?;
        self.parked.forget_one(&stream);
        Ok(())
    }
}
