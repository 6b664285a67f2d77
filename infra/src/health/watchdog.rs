//! Ends a process whose writer hangs while the database answers others: it must be restarted.
//!
//! Every call of the writer has a deadline, so this detects only what must not happen: a driver or a runtime
//! that hangs. It therefore runs on its own thread and runtime.

use std::sync::Weak;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::postgres;
use crate::postgres::event_store::WriterActivity;

/// Interval between two checks of the writer.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Time limit for a new connection to answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);

/// Longer than any call of the writer with its deadline.
pub const HANG_TIME_MAX: Duration = Duration::from_secs(60);

/// Watches the writer of a log.
pub struct Watchdog {
    /// The writer.
    pub writer: Weak<WriterActivity>,
    /// The database that it writes to.
    pub database_url: SecretString,
    /// Maximum duration of one call of the writer.
    pub hang_time_max: Duration,
}

/// Why watching ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// The writer hangs, and the database answers a new connection.
    Hangs,
    /// The log was closed.
    Closed,
}

impl Watchdog {
    /// Returns when the writer hangs or its log is closed.
    pub async fn watch(&self) -> Watched {
        loop {
            tokio::time::sleep(LOOK_INTERVAL.min(self.hang_time_max)).await;
            let Some(writer) = self.writer.upgrade() else { return Watched::Closed };
            let hangs = || writer.calling_for().is_some_and(|time| time > self.hang_time_max);
            if hangs() && self.database_answers().await && hangs() {
                return Watched::Hangs;
            }
        }
    }

    /// Watches on its own thread; calls `on_hang` there.
    ///
    /// # Errors
    ///
    /// The system cannot start a thread or a runtime.
    pub fn spawn(self, on_hang: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let watch = move || match runtime.block_on(self.watch()) {
            Watched::Hangs => on_hang(),
            Watched::Closed => {}
        };
        std::thread::Builder::new().name("watchdog".to_owned()).spawn(watch).map(drop)
    }

    async fn database_answers(&self) -> bool {
        postgres::answers(self.database_url.expose_secret(), ANSWER_TIME_MAX).await.is_ok()
    }
}
