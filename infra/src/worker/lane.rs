//! The work of one lane that this process holds: what waits for a slot, and the slots.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::held::Guard;

/// Order of work in a lane: the smallest first. Equal ones keep their order of arrival.
pub(crate) type Rank = (i16, i64);

/// How many times the usual number may wait for a slot before the table is left alone.
const CROWD: usize = 4;

/// Slots, and what waits for one.
pub(super) struct LaneQueue<C> {
    slots: Arc<Semaphore>,
    waiting: BinaryHeap<Waiting<C>>,
    next: u64,
    /// The table is to be asked, whatever waits here.
    pub(super) is_asked_for: bool,
    /// The table had more than was taken.
    pub(super) has_more: bool,
}

struct Waiting<C> {
    rank: Rank,
    number: u64,
    guard: Guard<C>,
}

impl<C> LaneQueue<C> {
    pub(super) fn new(slot_count: usize) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(slot_count.max(1))),
            waiting: BinaryHeap::new(),
            next: 0,
            is_asked_for: true,
            has_more: false,
        }
    }

    pub(super) fn push(&mut self, rank: Rank, guard: Guard<C>) {
        let number = self.next;
        self.next = number.wrapping_add(1);
        self.waiting.push(Waiting { rank, number, guard });
    }

    /// The next work and a slot for it; `None` without either.
    pub(super) fn start(&mut self) -> Option<(Guard<C>, OwnedSemaphorePermit)> {
        self.waiting.peek()?;
        let slot = Arc::clone(&self.slots).try_acquire_owned().ok()?;
        self.waiting.pop().map(|first| (first.guard, slot))
    }

    /// How many rows to ask the table for, with up to `ahead` that wait here for a slot.
    pub(super) fn wanted(&self, ahead: usize) -> usize {
        let room = self.slots.available_permits().saturating_add(ahead);
        let wanted = room.saturating_sub(self.waiting.len());
        // Older work may lie in the table than what waits here.
        let is_crowded = self.waiting.len() > ahead.saturating_mul(CROWD);
        if self.is_asked_for && !is_crowded {
            wanted.max(ahead)
        } else if self.is_asked_for || self.has_more {
            wanted
        } else {
            0
        }
    }
}

impl<C> Ord for Waiting<C> {
    /// The heap gives the greatest, which is to be the first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.rank, other.number).cmp(&(self.rank, self.number))
    }
}

impl<C> PartialOrd for Waiting<C> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<C> PartialEq for Waiting<C> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<C> Eq for Waiting<C> {}
