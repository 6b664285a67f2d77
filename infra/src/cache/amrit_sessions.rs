//! AMRIT sessions: a user who is logged in to AMRIT may call with the same session key.
//!
//! AMRIT stores each session in its Redis as JSON text, under the key that its user interface sends in
//! `Authorization`. A session expires if it is not used.
//! That Redis may hold other data under keys that many people know. So only keys under the configured
//! prefix are read, and a value that does not expire, or is not a JSON object, is not a session. A key that may be
//! one of our own API keys is never sent there.

use hip_commands::accountability::caller::Caller;
use hip_domain::id::FacilityId;
use redis::aio::ConnectionManager;
use redis::{Cmd, ErrorKind, FromRedisValue, RedisError, cmd};
use secrecy::SecretString;
use thiserror::Error;

use crate::cache::redis_connection;
use crate::config::{AmritSection, may_be_ours};

/// Permitted lengths of a session key, in bytes. A shorter key could be guessed; AMRIT's keys are far below the
/// maximum.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 16..=512;

/// Sessions in AMRIT's Redis.
pub struct AmritSessions {
    connection: ConnectionManager,
    prefix: String,
    facilities: Vec<FacilityId>,
}

/// AMRIT's Redis could not be asked whether the session exists.
#[derive(Debug, Error)]
#[error("AMRIT's sessions cannot be read ({:?})", .0.kind())]
pub struct SessionsUnavailable(#[source] RedisError);

impl AmritSessions {
    /// Reads sessions from the Redis at a URL; their users may call for these facilities. Connects on first use.
    ///
    /// # Errors
    ///
    /// The URL is invalid.
    pub fn new(
        url: &SecretString,
        section: &AmritSection,
        facilities: Vec<FacilityId>,
    ) -> Result<Self, SessionsUnavailable> {
        let connection = redis_connection::lazy(url).map_err(SessionsUnavailable)?;
        Ok(Self { connection, prefix: section.session_key_prefix.clone(), facilities })
    }

    /// Returns the user who is logged in with this key. Does not prolong the session; only AMRIT does that.
    ///
    /// # Errors
    ///
    /// Redis does not answer within half a second, or rejects the request.
    pub async fn caller(&self, key: &str) -> Result<Option<Caller>, SessionsUnavailable> {
        let is_open = may_be_session(key, &self.prefix) && self.is_open(key).await?;
        Ok(is_open.then(|| Caller::amrit(self.facilities.clone())))
    }

    async fn is_open(&self, key: &str) -> Result<bool, SessionsUnavailable> {
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

    /// Runs a command; retries once if the connection broke since its last use.
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

/// Whether the key has the form of a session key and should be looked up.
fn may_be_session(key: &str, prefix: &str) -> bool {
    let has_form = if prefix.is_empty() {
        key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit())
    } else {
        KEY_BYTES.contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    has_form && !may_be_ours(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_keys_and_malformed_session_keys_are_not_looked_up() {
        let amrit = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
        assert!(may_be_session(amrit, "") && may_be_session(amrit, "session:"));
        assert!(may_be_session("6b3f0c4e9a7d4f1c8e2b5a60d9c1e7f3", "session:"));
        for key in [
            "hip_3q2-7wAq0jB9Kx1mZf4Tn8VuYcEoLhRg5WsXpI6dQyA",
            "3q2-7wAq0jB9Kx1mZf4Tn8VuYcEoLhRg5WsXpI6dQyA",
            "hip_mistyped-and-shorter",
            "short",
            "with a blank in the middle",
        ] {
            assert!(!may_be_session(key, "session:"), "{key}");
        }
        for key in ["6b3f0c4e9a7d4f1c8e2b5a60d9c1e7f3", "some-other-key-of-that-redis"] {
            assert!(!may_be_session(key, ""), "{key}");
        }
    }
}
