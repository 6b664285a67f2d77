//! Access to the log: reads and appends events, executes commands.

pub mod codec;
pub mod dispatch;
pub(crate) mod step;
pub mod store;
