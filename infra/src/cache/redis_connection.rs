//! The connection to Redis. It connects on first use, so an unavailable server does not prevent a process from
//! starting, and it times out quickly.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError};
use secrecy::{ExposeSecret, SecretString};

/// Time limit for connecting and for an answer. A cache slower than the log is useless.
const TIMEOUT: Duration = Duration::from_millis(500);

/// A connection that is opened on first use and reopened when it breaks.
pub(crate) fn lazy(url: &SecretString) -> Result<ConnectionManager, RedisError> {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(TIMEOUT))
        .set_response_timeout(Some(TIMEOUT))
        .set_number_of_retries(1)
        .set_min_delay(Duration::from_millis(10));
    Client::open(url.expose_secret())
        .and_then(|client| ConnectionManager::new_lazy_with_config(client, config))
}
