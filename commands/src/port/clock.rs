//! The time.

use chrono::{DateTime, Utc};

/// Where `now` comes from; tests set it.
pub trait Clock: Send + Sync {
    /// The current instant, in UTC.
    fn now(&self) -> DateTime<Utc>;
}
