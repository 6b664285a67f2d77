//! Link tokens in Redis, shared by several processes.
//!
//! Under a prefix, `live` names the generation that is read, and `<generation>:<facility>:<patient>` is
//! a hash: position, stream and `expires_at`, or only the position for a tombstone. One
//! lookup touches two keys, so this works with one server, with or without replicas, and not with a cluster.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_commands::port::link_token_cache::{CacheError, CachedToken, Holder};
use hip_commands::port::{Clock, LinkTokenCache};
use hip_domain::stream::StreamId;
use redis::aio::ConnectionManager;
use redis::{Cmd, ErrorKind, FromRedisValue, RedisError, Script, ScriptInvocation};
use redis::{ServerErrorKind, cmd};
use secrecy::SecretString;

use crate::cache::redis_connection;

/// Keys that are scanned and deleted in one step.
const CLEAR_PAGE: u32 = 500;

/// A cache in Redis.
pub struct RedisLinkTokenCache {
    connection: ConnectionManager,
    clock: Arc<dyn Clock>,
    prefix: String,
    keep: Script,
    get: Script,
}

/// The values of a hash, in field order.
type Fields = Vec<Option<Vec<u8>>>;

impl RedisLinkTokenCache {
    /// Creates a cache at a URL, with all keys under a prefix. Connects on first use, so an unavailable server does
    /// not prevent a process from starting.
    ///
    /// # Errors
    ///
    /// [`CacheError::Refused`] if the URL is invalid, or if Redis would read the prefix as a pattern.
    pub fn new(
        url: &SecretString,
        prefix: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, CacheError> {
        if prefix.contains(['*', '?', '[', ']', '\\']) {
            return Err(CacheError::Refused("the key prefix is a pattern".into()));
        }
        let connection = redis_connection::lazy(url).map_err(fault)?;
        Ok(Self {
            connection,
            clock,
            prefix: prefix.to_owned(),
            keep: Script::new(include_str!("redis/keep.lua")),
            get: Script::new(include_str!("redis/get.lua")),
        })
    }

    fn live_key(&self) -> String {
        format!("{}live", self.prefix)
    }

    fn key(&self, generation: i32, holder: &Holder) -> String {
        format!("{}{generation}{}", self.prefix, suffix(holder))
    }

    /// Runs a script; retries once if the connection broke. The scripts are idempotent.
    async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, CacheError> {
        let mut connection = self.connection.clone();
        match script.invoke_async(&mut connection).await {
            Err(error) if error.kind() == ErrorKind::Io => {
                script.invoke_async(&mut connection).await
            }
            first => first,
        }
        .map_err(fault)
    }

    /// Runs a command; retries once if the connection broke.
    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, CacheError> {
        let mut connection = self.connection.clone();
        match command.query_async(&mut connection).await {
            Err(error) if error.kind() == ErrorKind::Io => {
                command.query_async(&mut connection).await
            }
            first => first,
        }
        .map_err(fault)
    }
}

#[async_trait]
impl LinkTokenCache for RedisLinkTokenCache {
    async fn put(
        &self,
        generation: i32,
        holder: &Holder,
        token: &CachedToken,
    ) -> Result<(), CacheError> {
        let Some(rest) = super::rest(token.expires_at, self.clock.now()) else { return Ok(()) };
        let mut script = self.keep.key(self.key(generation, holder));
        script
            .arg(token.position)
            .arg(milliseconds(rest))
            .arg(token.stream.as_str())
            .arg(token.expires_at.timestamp_micros());
        self.run(&script).await
    }

    async fn get(&self, holder: &Holder) -> Result<Option<CachedToken>, CacheError> {
        let mut script = self.get.key(self.live_key());
        script.arg(&self.prefix).arg(suffix(holder));
        let fields: Fields = self.run(&script).await?;
        let now = self.clock.now();
        Ok(token(fields)?.filter(|token| token.expires_at > now))
    }

    async fn forget(
        &self,
        generation: i32,
        holder: &Holder,
        position: i64,
        until: DateTime<Utc>,
    ) -> Result<(), CacheError> {
        let Some(rest) = super::rest(until, self.clock.now()) else { return Ok(()) };
        let mut script = self.keep.key(self.key(generation, holder));
        script.arg(position).arg(milliseconds(rest));
        self.run(&script).await
    }

    async fn live(&self) -> Result<Option<i32>, CacheError> {
        self.ask(cmd("GET").arg(self.live_key())).await
    }

    async fn promote(&self, generation: i32) -> Result<(), CacheError> {
        self.ask(cmd("SET").arg(self.live_key()).arg(generation)).await
    }

    async fn clear_generation(&self, generation: i32) -> Result<(), CacheError> {
        if self.live().await? == Some(generation) {
            self.ask::<()>(cmd("UNLINK").arg(self.live_key())).await?;
        }
        let pattern = format!("{}{generation}:*", self.prefix);
        let mut cursor = 0_u64;
        loop {
            let mut scan = cmd("SCAN");
            scan.arg(cursor).arg("MATCH").arg(&pattern).arg("COUNT").arg(CLEAR_PAGE);
            let (next, keys): (u64, Vec<String>) = self.ask(&scan).await?;
            if !keys.is_empty() {
                self.ask::<()>(cmd("UNLINK").arg(keys)).await?;
            }
            if next == 0 {
                return Ok(());
            }
            cursor = next;
        }
    }

    fn outlives_the_process(&self) -> bool {
        true
    }

    async fn ping(&self) -> Result<(), CacheError> {
        self.ask(&cmd("PING")).await
    }
}

/// The part of a key after the generation.
fn suffix(holder: &Holder) -> String {
    format!(":{}:{}", holder.facility, holder.patient)
}

/// Rounded up, so that nothing expires early.
fn milliseconds(rest: Duration) -> u64 {
    u64::try_from(rest.as_millis()).unwrap_or(u64::MAX).saturating_add(1)
}

/// The token in these fields; `None` if there are none, or only those of a tombstone.
fn token(fields: Fields) -> Result<Option<CachedToken>, CacheError> {
    match <[_; 3]>::try_from(fields) {
        Ok([Some(position), Some(stream), Some(expires_at)]) => {
            let read = || {
                Some(CachedToken {
                    stream: StreamId::stored(String::from_utf8(stream).ok()?),
                    position: number(&position)?,
                    expires_at: DateTime::from_timestamp_micros(number(&expires_at)?)?,
                })
            };
            read().map(Some).ok_or(CacheError::NotUnderstood)
        }
        Ok(_) | Err(_) => Ok(None),
    }
}

fn number(text: &[u8]) -> Option<i64> {
    str::from_utf8(text).ok()?.parse().ok()
}

/// Errors that may pass: the server starts, is replaced by another, or lost the others.
const PASSING: [ServerErrorKind; 5] = [
    ServerErrorKind::BusyLoading,
    ServerErrorKind::TryAgain,
    ServerErrorKind::ClusterDown,
    ServerErrorKind::MasterDown,
    ServerErrorKind::ReadOnly,
];

/// Classifies an error as transient or permanent.
fn fault(error: RedisError) -> CacheError {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the list of another crate")]
    let is_transient = match error.kind() {
        ErrorKind::Io => true,
        ErrorKind::Server(kind) => PASSING.contains(&kind),
        // Out of memory or disk, or busy with a script.
        _ => matches!(error.code(), Some("OOM" | "BUSY" | "MISCONF")),
    };
    if is_transient {
        CacheError::Unavailable(Box::new(error))
    } else {
        CacheError::Refused(Box::new(error))
    }
}
