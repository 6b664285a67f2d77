//! AMRIT's sessions: who is logged in there may call here, with the same key.
//!
//! AMRIT keeps a session in its Redis under the key that its user interface shows in `Authorization`:
//! a text, the session as JSON, which goes by itself when nobody uses it. Nothing else counts as one.
//! That Redis may hold other things, whose names are known to many; so only keys under the configured
//! prefix are read, and what does not expire, or is no JSON object, is no session. What may be a key of
//! our own is never sent there.

use hip_commands::accountability::caller::Caller;
use hip_domain::id::FacilityId;
use redis::aio::ConnectionManager;
use redis::{Cmd, ErrorKind, FromRedisValue, RedisError, cmd};
use secrecy::SecretString;
use thiserror::Error;

use crate::cache::redis_connection;
use crate::config::{AmritSection, may_be_ours};

/// The lengths of a session key. A shorter one could be guessed; AMRIT's are far below the longest.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 16..=512;

/// Sessions in AMRIT's Redis.
pub struct AmritSessions {
    connection: ConnectionManager,
    prefix: String,
    facilities: Vec<FacilityId>,
}

/// Why it is not known whether there is such a session.
#[derive(Debug, Error)]
#[error("AMRIT's sessions cannot be read ({:?})", .0.kind())]
pub struct SessionsUnavailable(#[source] RedisError);

impl AmritSessions {
    /// Sessions in the Redis at a URL, whose holders may call for these facilities. It connects when it
    /// is first asked.
    ///
    /// # Errors
    ///
    /// The URL is none.
    pub fn new(
        url: &SecretString,
        section: &AmritSection,
        facilities: Vec<FacilityId>,
    ) -> Result<Self, SessionsUnavailable> {
        let connection = redis_connection::lazy(url).map_err(SessionsUnavailable)?;
        Ok(Self { connection, prefix: section.session_key_prefix.clone(), facilities })
    }

    /// Who is logged in with this key. The session is not prolonged: that is AMRIT's.
    ///
    /// # Errors
    ///
    /// Redis does not answer within half a second, or refuses us.
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

/// Whether a key is looked up at all.
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
    fn what_may_be_a_key_of_ours_or_is_no_session_key_is_not_looked_up() {
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
