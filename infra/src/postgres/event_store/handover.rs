//! Tasks that this process has just stored, on their way to its worker.
//!
//! A task is stored with a lease of this process if there is room for it here; the worker then starts it
//! without a query. Other tasks are stored without a lease, and any process claims them from the table.
//!
//! A new conversation gets less room than one that has begun, and none while older ones wait in the table.
//! So conversations that have begun come to their end, and questions are answered in the order of arrival.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use hip_commands::tasks::{Due, ReadyCall};
use parking_lot::Mutex;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::wake_times::WakeTimes;

/// Maximum number of tasks that begin a conversation, and of others.
const FIRST_COUNT_MAX: usize = 64;
const LATER_COUNT_MAX: usize = 1024;

/// A task that was stored with a lease of this process: its row has fence 1.
pub(crate) struct Handed {
    pub(crate) due: Due,
    pub(crate) due_at: DateTime<Utc>,
    pub(crate) priority: i16,
    /// Its lease began then, or later.
    pub(crate) leased_at: Instant,
    /// Its place here, until it is done.
    pub(crate) room: Room,
    /// A call that is composed already.
    pub(crate) ready: Option<Box<ReadyCall>>,
}

/// A place for one task; free again when it is dropped.
pub(crate) struct Room {
    _permit: OwnedSemaphorePermit,
    /// Duration of the lease with which the task is stored.
    pub(crate) lease: Duration,
}

/// The tasks between the log's writer and the worker of a process.
#[derive(Default)]
pub(crate) struct Handover {
    open: Mutex<Option<Open>>,
    given: Mutex<Vec<Handed>>,
    is_given: Notify,
    /// Tasks that begin a conversation wait in the table.
    is_behind: AtomicBool,
    /// Notified when a task was stored without a lease.
    free: Mutex<Option<Arc<Notify>>>,
    /// When tasks become due that were stored for later.
    wake_times: Arc<WakeTimes>,
}

#[derive(Clone)]
struct Open {
    lease: Duration,
    first: Arc<Semaphore>,
    later: Arc<Semaphore>,
}

impl Handover {
    /// Opens it: a worker takes what is given. `free` is notified of tasks that are stored without a lease.
    pub(crate) fn open(&self, lease: Duration, free: Arc<Notify>) {
        *self.free.lock() = Some(free);
        *self.open.lock() = Some(Open {
            lease,
            first: Arc::new(Semaphore::new(FIRST_COUNT_MAX)),
            later: Arc::new(Semaphore::new(LATER_COUNT_MAX)),
        });
    }

    /// Closes it: from now on all tasks are stored without a lease.
    pub(crate) fn close(&self) {
        *self.open.lock() = None;
    }

    /// A place for a task; `None` if it is stored without a lease.
    pub(super) fn room(&self, is_first: bool) -> Option<Room> {
        let Open { lease, first, later } = self.open.lock().clone()?;
        if is_first && self.is_behind.load(Ordering::Acquire) {
            return None;
        }
        let permit = if is_first { first } else { later }.try_acquire_owned().ok();
        if is_first && permit.is_none() {
            self.is_behind.store(true, Ordering::Release);
        }
        permit.map(|permit| Room { _permit: permit, lease })
    }

    /// Gives the worker tasks that are stored now.
    pub(super) fn give(&self, tasks: Vec<Handed>) {
        if !tasks.is_empty() {
            self.given.lock().extend(tasks);
            self.is_given.notify_one();
        }
    }

    /// When tasks become due that were stored for later.
    pub(crate) fn wake_times(&self) -> Arc<WakeTimes> {
        Arc::clone(&self.wake_times)
    }

    /// Tells the worker that there are tasks without a lease.
    pub(super) fn tell_of_free(&self) {
        if let Some(free) = self.free.lock().as_ref() {
            free.notify_one();
        }
    }

    /// What was given since the last call.
    pub(crate) fn take(&self) -> Vec<Handed> {
        std::mem::take(&mut *self.given.lock())
    }

    /// Waits until something is given.
    pub(crate) async fn given(&self) {
        self.is_given.notified().await;
    }

    /// Records that no task that begins a conversation waits in the table.
    pub(crate) fn caught_up(&self) {
        self.is_behind.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_conversations_wait_while_older_tasks_wait() {
        let handover = Handover::default();
        assert!(handover.room(true).is_none(), "nobody takes anything yet");
        handover.open(Duration::from_secs(1), Arc::default());
        let mut held: Vec<_> = (0..FIRST_COUNT_MAX).map(|_| handover.room(true)).collect();
        assert!(held.iter().all(Option::is_some));
        assert!(handover.room(true).is_none());
        held.pop();
        assert!(handover.room(true).is_none(), "older ones wait in the table");
        assert!(handover.room(false).is_some());
        handover.caught_up();
        assert!(handover.room(true).is_some());
        handover.close();
        assert!(handover.room(false).is_none());
    }
}
