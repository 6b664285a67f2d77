//! The connection to a Redis: it is made when it is first used, so that a server that is away does not
//! keep a process from starting, and it gives up soon.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError};
use secrecy::{ExposeSecret, SecretString};

/// How long a connection or an answer may take. What is slower than the log is of no use.
const TIMEOUT: Duration = Duration::from_millis(500);

/// A connection that is made when it is first used, and again when it breaks.
pub(crate) fn lazy(url: &SecretString) -> Result<ConnectionManager, RedisError> {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(TIMEOUT))
        .set_response_timeout(Some(TIMEOUT))
        .set_number_of_retries(1)
        .set_min_delay(Duration::from_millis(10));
    Client::open(url.expose_secret())
        .and_then(|client| ConnectionManager::new_lazy_with_config(client, config))
}
