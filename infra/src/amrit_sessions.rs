//! AMRIT's sessions: who is logged in there may call here, with the same key.
//!
//! AMRIT keeps a session in its Redis under the key that its user interface shows in `Authorization`:
//! a text, the session as JSON, which goes by itself when nobody uses it. Nothing else counts as one.
//! That Redis may hold other things, whose names are known to many; so what does not expire, and what
//! is no JSON object, is no session.

use redis::aio::ConnectionManager;
use redis::{Cmd, ErrorKind, FromRedisValue, RedisError, cmd};
use secrecy::SecretString;
use thiserror::Error;

use crate::redis_connection;

/// The lengths of a session key. A shorter one could be guessed; AMRIT's are far below the longest.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 16..=512;

/// Sessions in AMRIT's Redis.
pub struct AmritSessions {
    connection: ConnectionManager,
    prefix: String,
}

/// Why it is not known whether there is such a session.
#[derive(Debug, Error)]
#[error("AMRIT's sessions cannot be read ({:?})", .0.kind())]
pub struct SessionsUnavailable(#[source] RedisError);

impl AmritSessions {
    /// Sessions in the Redis at a URL, under keys that begin with `prefix`. It connects when it is first
    /// asked.
    ///
    /// # Errors
    ///
    /// The URL is none.
    pub fn new(url: &SecretString, prefix: &str) -> Result<Self, SessionsUnavailable> {
        let connection = redis_connection::lazy(url).map_err(SessionsUnavailable)?;
        Ok(Self { connection, prefix: prefix.to_owned() })
    }

    /// Whether somebody is logged in with this key. The session is not prolonged: that is AMRIT's.
    ///
    /// # Errors
    ///
    /// Redis does not answer within half a second, or refuses us.
    pub async fn is_open(&self, key: &str) -> Result<bool, SessionsUnavailable> {
        if !KEY_BYTES.contains(&key.len()) || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Ok(false);
        }
        let key = format!("{}{key}", self.prefix);
        let first_byte: Vec<u8> = match self.ask(cmd("GETRANGE").arg(&key).arg(0).arg(0)).await {
            Err(error) if error.code() == Some("WRONGTYPE") => return Ok(false),
            asked => asked.map_err(SessionsUnavailable)?,
        };
        if first_byte != b"{" {
            return Ok(false);
        }
        let rest_ms: i64 = self.ask(cmd("PTTL").arg(&key)).await.map_err(SessionsUnavailable)?;
        Ok(rest_ms > 0)
    }

    /// A command, once more when the connection has broken since it was last used.
    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, RedisError> {
        let mut connection = self.connection.clone();
        match command.query_async(&mut connection).await {
            Err(error) if error.kind() == ErrorKind::Io => {
                command.query_async(&mut connection).await
            }
            first => first,
        }
    }
}
