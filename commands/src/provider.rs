//! The provider: its ports, its dispatcher, its settings.

use std::sync::Arc;

use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;

use crate::callbacks::Interpreter;
use crate::codec::{self, OpenError};
use crate::dispatch::Dispatcher;
use crate::port::{
    Clock, Eraser, Gateway, Hiu, Ids, LinkTokenCache, Log, OtpSender, PatientDirectory,
    TransferDirectory, Vault,
};
use crate::settings::Settings;

/// Everything that a task may use.
#[derive(Clone)]
pub struct Provider {
    /// The log.
    pub log: Arc<dyn Log>,
    /// The keys.
    pub vault: Arc<dyn Vault>,
    /// What lets go of a person.
    pub eraser: Arc<dyn Eraser>,
    /// The gateway.
    pub gateway: Arc<dyn Gateway>,
    /// The HIUs.
    pub hiu: Arc<dyn Hiu>,
    /// The read models that discovery searches.
    pub directory: Arc<dyn PatientDirectory>,
    /// The read model of transfers.
    pub transfers: Arc<dyn TransferDirectory>,
    /// Link tokens at hand.
    pub link_tokens: Arc<dyn LinkTokenCache>,
    /// Text messages with one-time passwords.
    pub otp_sender: Arc<dyn OtpSender>,
    /// What understands the gateway's messages.
    pub interpreter: Arc<dyn Interpreter>,
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
    /// What `select` picks from the newest event of a stream that it picks anything from. Only that
    /// one event is opened.
    pub async fn newest<T>(
        &self,
        stream: &StreamId,
        select: impl Fn(Event) -> Option<T>,
    ) -> Result<Option<Recorded<T>>, OpenError> {
        for stored in self.log.stream(stream, 0).await?.iter().rev() {
            if select(codec::decode(stored)?.event).is_some() {
                let opened = codec::open(self.vault.as_ref(), stored).await?;
                return Ok(opened.select(select));
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
