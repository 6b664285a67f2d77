//! What Redis, or the memory of the process, has at hand.

pub mod amrit_sessions;
pub mod link_token_cache;
pub(crate) mod redis_connection;
