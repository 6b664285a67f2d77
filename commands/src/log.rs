//! The way to the log: events written and read, commands decided.

pub mod codec;
pub mod dispatch;
pub mod store;
