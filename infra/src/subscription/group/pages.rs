//! One page for all members.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use hip_commands::port::log::StoredEvent;

use super::{Group, Member};
use crate::postgres::deadline::{CALL_TIME_MAX, within};
use crate::subscription::lease::many;
use crate::subscription::page::Page;
use crate::subscription::page_failure::PageFailure;
use crate::subscription::page_transaction::PageTransaction;

/// Events in a page, and in one of a group that is far behind.
pub(super) const SIZE: i64 = 500;
const SIZE_MAX: i64 = 5_000;

/// Result of a page.
enum Tried {
    Applied,
    /// This member cannot apply it.
    FailedBy(usize),
    /// Only these leases are ours.
    Lost(Vec<String>),
}

impl Group {
    /// Applies the page after `position`. Returns whether there may be more. A member that cannot apply it leaves, and
    /// the others try again.
    pub(super) async fn page(&mut self, position: i64) -> Result<bool, PageFailure> {
        let next = self.ahead.iter().map(|member| member.cursor.position()).min();
        let limit = next.map_or(self.page_size, |next| self.page_size.min(next - position));
        let stored = self.log.clear_page(position, limit).await?;
        let count = i64::try_from(stored.len()).unwrap_or(limit);
        let Some(last) = stored.last().map(|event| event.position) else { return Ok(false) };
        // An event that cannot be decoded: each member handles it in its own way.
        let page = Page::of(stored)?;
        self.let_visitors_read_alone(&page);
        while let Some(first) = self.members.first() {
            let time_max = first.cursor.lease.page_time_max() + CALL_TIME_MAX;
            match within(time_max, self.apply(position, &page, last)).await? {
                Tried::Applied => {
                    for Member { subscriber, cursor, .. } in &self.members {
                        subscriber.passed(cursor.lease.generation, last);
                        subscriber.applied();
                    }
                    break;
                }
                Tried::FailedBy(index) => self.members.remove(index).leave(),
                Tried::Lost(ours) => self.keep(&ours),
            }
        }
        let reached = |member: &mut Member| member.cursor.position() == last;
        self.members.extend(self.ahead.extract_if(.., reached));
        let is_full = count == limit;
        self.page_size = if is_full { (self.page_size * 2).min(SIZE_MAX) } else { SIZE };
        Ok(is_full)
    }

    async fn apply(&mut self, position: i64, page: &Page, last: i64) -> Result<Tried, PageFailure> {
        let mut transaction = PageTransaction::begin(&self.pool).await?;
        let mut leases: Vec<_> =
            self.members.iter_mut().map(|member| &mut member.cursor.lease).collect();
        let ours = many::hold(&mut transaction, &mut leases, position).await?;
        if ours.len() < leases.len() {
            return Ok(Tried::Lost(ours));
        }
        let time_max = leases.first().map(|lease| lease.page_time_max()).unwrap_or_default();
        let deadline = tokio::time::Instant::now() + time_max;
        for (index, Member { subscriber, cursor, .. }) in self.members.iter().enumerate() {
            if subscriber.is_indifferent_to(page) {
                continue;
            }
            let applied = subscriber.apply(&mut transaction, cursor.lease.generation, page);
            let applied = AssertUnwindSafe(applied).catch_unwind();
            match tokio::time::timeout_at(deadline, applied).await {
                Ok(Ok(Ok(()))) => {}
                Ok(Ok(Err(error))) => {
                    let failure = PageFailure::Apply(error);
                    if failure.is_of_the_connection() {
                        return Err(failure);
                    }
                    let (subscription, cause) = (subscriber.name(), failure.cause());
                    tracing::warn!(subscription, cause, "a reader leaves the others");
                    return Ok(Tried::FailedBy(index));
                }
                Ok(Err(_)) | Err(_) => return Ok(Tried::FailedBy(index)),
            }
        }
        let mut leases: Vec<_> =
            self.members.iter_mut().map(|member| &mut member.cursor.lease).collect();
        many::advance(transaction, &mut leases, last).await?;
        Ok(Tried::Applied)
    }

    /// Brings one that joins nearer to the others. Returns whether it came nearer.
    pub(super) async fn bring_up(&self, member: &mut Member, position: i64) -> bool {
        let own = member.cursor.position();
        let stored: Vec<StoredEvent> =
            match self.log.clear_page(own, (position - own).min(SIZE)).await {
                Ok(stored) if !stored.is_empty() => stored,
                Ok(_) | Err(_) => return false,
            };
        let subscriber = member.subscriber.as_ref();
        member.cursor.apply(&self.pool, subscriber, stored).await.is_ok() && member.cursor.is_fit()
    }

    /// Members whose store is elsewhere take no part in a page that changes something for them.
    fn let_visitors_read_alone(&mut self, page: &Page) {
        let goes =
            |member: &mut Member| member.is_visitor() && !member.subscriber.is_indifferent_to(page);
        for member in self.members.extract_if(.., goes) {
            member.leave();
        }
    }
}
