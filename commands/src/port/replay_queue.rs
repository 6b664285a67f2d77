//! Where the items of orders lie until they are done.

use std::error::Error;

use async_trait::async_trait;
use hip_domain::id::ReplayId;
use hip_domain::replay::{Ordered, Replay, Selection};
use thiserror::Error;

/// The items of orders.
#[async_trait]
pub trait ReplayQueue: Send + Sync {
    /// Lays down what is selected, the oldest first; returns how many items that are.
    async fn enqueue(
        &self,
        order: &Ordered,
        selection: &Selection,
        rate_per_s: Option<u32>,
    ) -> Result<u32, QueueError>;

    /// Notes how far an order has come, for those who look for work. The truth is in the log.
    async fn note(&self, replay: ReplayId, state: Replay) -> Result<(), QueueError>;
}

/// Why nothing was laid down.
#[derive(Debug, Error)]
pub enum QueueError {
    /// Nothing is selected.
    #[error("nothing is selected")]
    Nothing,
    /// Of what was named, this many do not exist, or are not the caller's.
    #[error("{0} of the named messages do not exist")]
    Absent(usize),
    /// More than an order may have.
    #[error("more than {0} items are selected: narrow the selection")]
    TooMany(u32),
    /// The store cannot be reached.
    #[error("the items of replays cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}
