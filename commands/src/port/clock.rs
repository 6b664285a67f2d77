//! The current time.

use chrono::{DateTime, Utc};

/// Source of the current time; tests set it.
pub trait Clock: Send + Sync {
    /// The current time, in UTC.
    fn now(&self) -> DateTime<Utc>;
}
