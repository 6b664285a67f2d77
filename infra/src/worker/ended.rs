//! Tells a worker in which lanes work has ended.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// The lanes in which work has ended.
pub(super) struct Ended {
    /// Notified of each.
    pub(super) some: Notify,
    lanes: Vec<AtomicBool>,
}

impl Ended {
    pub(super) fn new(lane_count: usize) -> Self {
        let lanes = (0..lane_count).map(|_| AtomicBool::new(false)).collect();
        Self { some: Notify::new(), lanes }
    }

    pub(super) fn note(&self, lane: usize) {
        if let Some(lane) = self.lanes.get(lane) {
            lane.store(true, Ordering::Release);
        }
        self.some.notify_one();
    }

    /// Whether work of a lane has ended since the last call.
    pub(super) fn take(&self, lane: usize) -> bool {
        self.lanes.get(lane).is_some_and(|lane| lane.swap(false, Ordering::AcqRel))
    }
}
