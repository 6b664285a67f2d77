//! Records since when the writer waits for the database.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// The writer's activity, for the [watchdog](crate::health::watchdog).
#[derive(Debug, Default)]
pub struct WriterActivity {
    calling_since: Mutex<Option<Instant>>,
}

/// A running call.
pub(super) struct Call<'a>(&'a WriterActivity);

impl WriterActivity {
    pub(super) fn call(&self) -> Call<'_> {
        self.set(Some(Instant::now()));
        Call(self)
    }

    /// Duration of the running call; `None` if there is none.
    pub fn calling_for(&self) -> Option<Duration> {
        let since = self.calling_since.lock();
        since.map(|since| since.elapsed())
    }

    fn set(&self, since: Option<Instant>) {
        *self.calling_since.lock() = since;
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.0.set(None);
    }
}
