//! `[http]`: what strangers may take up before they are known.

use std::time::Duration;

use serde::Deserialize;

/// `[http]`
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpSection {
    /// Connections at the same time.
    pub connections_max: usize,
    /// Connections at the same time from one address. Behind a proxy all come from the proxy's.
    pub connections_per_address_max: usize,
    /// Seconds within which the head of a request must be complete.
    pub head_s: u16,
    /// Seconds after which a connection on which nothing moves is closed: longer than the ten minutes for
    /// which the sender of a stream of visits may be silent.
    pub idle_s: u16,
    /// MiB of request bodies in memory at the same time, of all callers. One caller may take up half of
    /// it, or as much as one body needs.
    pub bodies_mib_max: u16,
}

impl HttpSection {
    /// How long the head of a request may take.
    pub fn head(&self) -> Duration {
        Duration::from_secs(self.head_s.into())
    }

    /// How long nothing may move on a connection.
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
