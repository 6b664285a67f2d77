//! Queue of the items of replay orders.

use std::error::Error;

use async_trait::async_trait;
use hip_domain::id::ReplayId;
use hip_domain::replay::{Ordered, Replay, Selection};
use thiserror::Error;

/// Stores the items of replay orders until they are processed.
#[async_trait]
pub trait ReplayQueue: Send + Sync {
    /// Selects and stores the items of an order, oldest first. Returns their number.
    async fn enqueue(
        &self,
        order: &Ordered,
        selection: &Selection,
        rate_per_s: Option<u32>,
    ) -> Result<u32, QueueError>;

    /// Stores the state of an order for workers that search for items. The log is authoritative.
    async fn note(&self, replay: ReplayId, state: Replay) -> Result<(), QueueError>;
}

/// Why no items were stored.
#[derive(Debug, Error)]
pub enum QueueError {
    /// The selection is empty.
    #[error("nothing is selected")]
    Nothing,
    /// This many of the named items do not exist, or belong to other facilities.
    #[error("{0} of the named messages do not exist")]
    Absent(usize),
    /// The selection exceeds this maximum.
    #[error("more than {0} items are selected: narrow the selection")]
    TooMany(u32),
    /// The store is unavailable.
    #[error("the items of replays cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}
