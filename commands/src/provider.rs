//! The provider: its ports, its dispatcher, its settings.

use std::sync::Arc;

use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;

use crate::codec::{self, OpenError};
use crate::dispatch::Dispatcher;
use crate::port::{Clock, Gateway, Hiu, Ids, Log, PatientDirectory, Vault};
use crate::settings::Settings;

/// Everything that a task may use.
#[derive(Clone)]
pub struct Provider {
    /// The log.
    pub log: Arc<dyn Log>,
    /// The keys.
    pub vault: Arc<dyn Vault>,
    /// The gateway.
    pub gateway: Arc<dyn Gateway>,
    /// The HIUs.
    pub hiu: Arc<dyn Hiu>,
    /// The read models that discovery searches.
    pub directory: Arc<dyn PatientDirectory>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Fresh ids.
    pub ids: Arc<dyn Ids>,
    /// The way to the aggregates.
    pub dispatcher: Dispatcher,
    /// What the operator decided.
    pub settings: Arc<Settings>,
}

impl Provider {
    /// The newest event of a stream that `wanted` accepts, its confidential part open.
    pub async fn newest(
        &self,
        stream: &StreamId,
        wanted: impl Fn(&Event) -> bool,
    ) -> Result<Option<Recorded<Event>>, OpenError> {
        let stored = self.log.stream(stream, 0).await?;
        for event in stored.iter().rev() {
            if wanted(&codec::decode(event)?.event) {
                return Ok(Some(codec::open(self.vault.as_ref(), event).await?));
            }
        }
        Ok(None)
    }

    /// The event at a position, its confidential part open.
    pub async fn at(&self, position: i64) -> Result<Option<Recorded<Event>>, OpenError> {
        match self.log.page(position - 1, 1).await?.first() {
            Some(stored) => Ok(Some(codec::open(self.vault.as_ref(), stored).await?)),
            None => Ok(None),
        }
    }
}
