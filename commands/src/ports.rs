//! The provider: its ports, its dispatcher, its settings.

mod interpreter;

use std::sync::Arc;

use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;

pub use interpreter::Interpreter;

use crate::log::codec::{self, OpenError};
use crate::log::dispatch::Dispatcher;
use crate::port::log::{LogError, StoredEvent};
use crate::port::{
    Clock, ConsentKey, Eraser, Gateway, Hiu, Ids, LinkTokenCache, Log, OtpSender, PatientDirectory,
    TransferDirectory, Vault,
};
use crate::settings::Settings;

/// Everything that a task may use.
#[derive(Clone)]
pub struct Ports {
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
    /// The key that signs consents, when an operator has it.
    pub consent_key: Option<Arc<dyn ConsentKey>>,
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

impl Ports {
    /// What `select` picks from the newest event of a stream that it picks anything from. Only that
    /// one event is opened.
    pub async fn newest<T>(
        &self,
        stream: &StreamId,
        select: impl Fn(Event) -> Option<T>,
    ) -> Result<Option<Recorded<T>>, OpenError> {
        for stored in self.log.clear_stream(stream, 0).await?.iter().rev() {
            if select(codec::decode(stored)?.event).is_some() {
                return Ok(self.open(stored).await?.select(select));
            }
        }
        Ok(None)
    }

    /// What `select` picks from the clear part of the newest event of a stream that it picks anything
    /// from. No key is needed.
    pub async fn newest_clear<T>(
        &self,
        stream: &StreamId,
        select: impl Fn(Event) -> Option<T>,
    ) -> Result<Option<T>, OpenError> {
        for stored in self.log.clear_stream(stream, 0).await?.iter().rev() {
            if let Some(selected) = select(codec::decode(stored)?.event) {
                return Ok(Some(selected));
            }
        }
        Ok(None)
    }

    /// An event with its confidential part open, which is read from the log if it was left there.
    pub async fn open(&self, stored: &StoredEvent) -> Result<Recorded<Event>, OpenError> {
        if !stored.is_left_sealed {
            return codec::open(self.vault.as_ref(), stored).await;
        }
        let whole = self.log.page(stored.position - 1, 1).await?;
        let (position, what) = (stored.position, "there is no such event");
        let whole = whole.first().ok_or(LogError::Damaged { position, what })?;
        codec::open(self.vault.as_ref(), whole).await
    }

    /// The event at a position, its confidential part open.
    pub async fn at(&self, position: i64) -> Result<Option<Recorded<Event>>, OpenError> {
        match self.log.page(position - 1, 1).await?.first() {
            Some(stored) => Ok(Some(codec::open(self.vault.as_ref(), stored).await?)),
            None => Ok(None),
        }
    }
}
