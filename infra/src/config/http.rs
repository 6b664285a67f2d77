//! `[http]`: limits that apply before a caller is authenticated.

use std::time::Duration;

use serde::Deserialize;

/// `[http]`
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpSection {
    /// Maximum number of open connections.
    pub connections_max: usize,
    /// Maximum number of open connections from one address. Behind a proxy all come from the proxy's address.
    pub connections_per_address_max: usize,
    /// Seconds within which the headers of a request must be complete.
    pub head_s: u16,
    /// Seconds after which an idle connection is closed. Longer than the ten minutes for
    /// which the sender of a visit stream may be silent.
    pub idle_s: u16,
    /// MiB of request bodies in memory at the same time, for all callers. One caller may use half of
    /// it, or as much as one body needs.
    pub bodies_mib_max: u16,
}

impl HttpSection {
    /// Time limit for the headers of a request.
    pub fn head(&self) -> Duration {
        Duration::from_secs(self.head_s.into())
    }

    /// Time after which an idle connection is closed.
    pub fn idle(&self) -> Duration {
        Duration::from_secs(self.idle_s.into())
    }
}

impl Default for HttpSection {
    fn default() -> Self {
        Self {
            connections_max: 4_096,
            connections_per_address_max: 1_024,
            head_s: 10,
            idle_s: 660,
            bodies_mib_max: 64,
        }
    }
}
