//! Caches in Redis or in process memory.

pub mod amrit_sessions;
pub mod link_token_cache;
pub(crate) mod redis_connection;
