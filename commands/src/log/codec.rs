//! Encodes and decodes events. The confidential part is kept apart from the clear part.

use hip_domain::aggregate::LogEvent;
use hip_domain::event::{DecodeError, Event};
use hip_domain::recorded::Recorded;

use crate::port::log::{LogError, NewEvent, StoredEvent};
use crate::port::vault::{Opened, Vault, VaultError};

/// The schema version of all events so far.
const SCHEMA_VERSION: i16 = 1;

/// Encodes an event into a clear part and a confidential part.
pub fn encode<E: LogEvent>(event: &E) -> NewEvent {
    NewEvent {
        name: event.name(),
        schema_version: SCHEMA_VERSION,
        clear: serde_json::to_vec(event).expect("our own events serialise"),
        secret: event.sealed().and_then(hip_domain::sealed::SealedPart::to_bytes),
    }
}

/// Decodes a stored event. Its sealed part stays closed.
pub fn decode(stored: &StoredEvent) -> Result<Recorded<Event>, DecodeError> {
    let event = Event::decode(&stored.name, stored.schema_version, &stored.clear)?;
    Ok(Recorded {
        position: stored.position,
        stream: stored.stream.clone(),
        version: stored.version,
        event_id: stored.event_id,
        recorded_at: stored.recorded_at,
        correlation: stored.correlation,
        causation: stored.causation,
        subject: stored.subject,
        event,
    })
}

/// Decodes a stored event. Its sealed part is open, or marked as erased.
pub async fn open(vault: &dyn Vault, stored: &StoredEvent) -> Result<Recorded<Event>, OpenError> {
    let mut recorded = decode(stored)?;
    if stored.is_left_sealed {
        return Err(OpenError::LeftSealed);
    }
    if stored.envelope.is_none() {
        return Ok(recorded);
    }
    let opened = vault.open(stored).await?;
    if let Some(part) = recorded.event.sealed_mut() {
        match opened {
            Opened::Plain(bytes) => part
                .open(&bytes)
                .map_err(|source| DecodeError::Shape { name: stored.name.clone(), source })?,
            Opened::Erased => part.erase(),
        }
    }
    Ok(recorded)
}

/// Why an event could not be read with its sealed part.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The event could not be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The sealed part was not read from the log: a bug of the caller.
    #[error("the confidential part of an event was not read")]
    LeftSealed,
}
