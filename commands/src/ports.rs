//! The dependencies of commands and tasks.

mod interpreter;

use std::collections::HashMap;
use std::sync::Arc;

use hip_domain::event::Event;
use hip_domain::id::SubjectId;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use parking_lot::Mutex;

pub use interpreter::Interpreter;

use crate::log::codec::{self, OpenError};
use crate::log::dispatch::Dispatcher;
use crate::port::log::StoredEvent;
use crate::port::patient_directory::{DirectoryError, Offerable};
use crate::port::{
    Clock, ConsentKey, Eraser, Gateway, Hiu, Ids, LinkTokenCache, Log, OtpSender, PatientDirectory,
    TransferDirectory, Vault,
};
use crate::settings::Settings;

/// Ports, dispatcher and settings for every command and task.
#[derive(Clone)]
pub struct Ports {
    /// The event log.
    pub log: Arc<dyn Log>,
    /// Data keys and pseudonyms.
    pub vault: Arc<dyn Vault>,
    /// Erases data of patients.
    pub eraser: Arc<dyn Eraser>,
    /// The gateway.
    pub gateway: Arc<dyn Gateway>,
    /// The data push to HIUs.
    pub hiu: Arc<dyn Hiu>,
    /// The read models that discovery searches.
    pub directory: Arc<dyn PatientDirectory>,
    /// The read model of transfers.
    pub transfers: Arc<dyn TransferDirectory>,
    /// Cache of link tokens.
    pub link_tokens: Arc<dyn LinkTokenCache>,
    /// SMS service for one-time passwords.
    pub otp_sender: Arc<dyn OtpSender>,
    /// The consent manager's public key, if configured.
    pub consent_key: Option<Arc<dyn ConsentKey>>,
    /// The interpreter of callbacks.
    pub interpreter: Arc<dyn Interpreter>,
    /// The current time.
    pub clock: Arc<dyn Clock>,
    /// Source of random ids.
    pub ids: Arc<dyn Ids>,
    /// Executes commands on aggregates.
    pub dispatcher: Dispatcher,
    /// The configuration.
    pub settings: Arc<Settings>,
    /// In a draft: what was read for it.
    pub drafted_offers: Option<DraftedOffers>,
}

/// What patients can be offered, as it was read for a draft.
pub type DraftedOffers = Arc<Mutex<HashMap<SubjectId, Offerable>>>;

impl Ports {
    /// The newest event of a stream for which `select` returns a value, with its sealed part open. Only that event is
    /// decrypted.
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

    /// The value that `select` returns for the newest matching event of a stream, from clear parts only. No key is
    /// needed.
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

    /// What a patient can be offered. A draft reads it once.
    pub(crate) async fn offer(&self, subject: SubjectId) -> Result<Offerable, DirectoryError> {
        let known =
            self.drafted_offers.as_ref().and_then(|read| read.lock().get(&subject).cloned());
        if let Some(known) = known {
            return Ok(known);
        }
        let offer = self.directory.offer(subject).await?;
        if let Some(read) = &self.drafted_offers {
            read.lock().insert(subject, offer.clone());
        }
        Ok(offer)
    }

    /// An event with its sealed part open. The sealed part is read from the log if necessary.
    pub async fn open(&self, stored: &StoredEvent) -> Result<Recorded<Event>, OpenError> {
        if !stored.is_left_sealed {
            return codec::open(self.vault.as_ref(), stored).await;
        }
        codec::open(self.vault.as_ref(), &self.log.whole(stored).await?).await
    }

    /// The event at a position, with its sealed part open.
    pub async fn at(&self, position: i64) -> Result<Option<Recorded<Event>>, OpenError> {
        match self.log.at(position).await? {
            Some(stored) => Ok(Some(codec::open(self.vault.as_ref(), &stored).await?)),
            None => Ok(None),
        }
    }
}
