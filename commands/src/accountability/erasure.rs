//! A person is to be erased: who is meant, whether something has to be kept, and the decision.
//!
//! What follows from the decision is done by tasks (`perform/erase.rs`), which a crash only delays.

mod person;
mod policy;
mod status;
pub(crate) mod unattributed_messages;

use hip_domain::id::{FacilityId, SubjectId};
use hip_domain::reason::Reason;
use hip_domain::stream::StreamId;
use hip_domain::subject::{Ground, RequestedBy, Subject, SubjectCommand, SubjectError};
use thiserror::Error;
use uuid::Uuid;

pub use person::{Named, Whereabouts, find, whereabouts};
pub use policy::{OnOptOut, Policy, Records, RetentionClass};
pub use status::{ErasureStatus, status};

pub(crate) use person::{references, unless_erased, whose};

use crate::log::dispatch::DispatchError;
use crate::port::eraser::{EraserError, RecordCounts};
use crate::port::log::{Actor, LogError, Origin};
use crate::port::patient_directory::DirectoryError;
use crate::port::vault::VaultError;
use crate::ports::Ports;
use crate::tasks::TaskError;

/// A wish to erase somebody.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Who wants it.
    pub by: RequestedBy,
    /// Why.
    pub reason: Reason,
    /// Names this wish: the same wish is decided once.
    pub id: Uuid,
}

/// What was decided, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whose erasure.
    pub subject: SubjectId,
    /// Where they are treated.
    pub facility: FacilityId,
    /// What there is of them.
    pub holdings: RecordCounts,
    /// What binds us to keep it; nothing, when they may be erased.
    pub ground: Option<Ground>,
}

/// Why nothing was decided.
#[derive(Debug, Error)]
pub enum ErasureError {
    /// The log.
    #[error(transparent)]
    Decided(#[from] DispatchError<SubjectError>),
    /// The keys.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// Who can be found.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// What there is.
    #[error(transparent)]
    Eraser(#[from] EraserError),
    /// What was stored of the person cannot be read.
    #[error(transparent)]
    Unreadable(#[from] TaskError),
    /// The log's own.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// What would be decided now. Nothing changes.
///
/// # Errors
///
/// The log or what follows from it cannot be read.
pub async fn preview(
    ports: &Ports,
    facility: &FacilityId,
    subject: SubjectId,
) -> Result<Decision, ErasureError> {
    let whose = whose(ports, facility, subject).await?;
    let holdings = ports.eraser.count_records(&whose).await?;
    let ground = ports.settings.erasure.binding(&holdings, ports.clock.now());
    Ok(Decision { subject, facility: facility.clone(), holdings, ground })
}

/// Decides, and remembers it: refused with its ground, or to be done. Decided before, it stays so.
///
/// # Errors
///
/// The log cannot be read or written.
pub async fn request(
    ports: &Ports,
    facility: &FacilityId,
    subject: SubjectId,
    wish: &Wish,
) -> Result<Decision, ErasureError> {
    let decision = preview(ports, facility, subject).await?;
    let (facility, by, reason) = (facility.clone(), wish.by.clone(), wish.reason.clone());
    let command = match decision.ground.clone() {
        Some(ground) => SubjectCommand::RefuseErasure { facility, by, reason, ground },
        None => SubjectCommand::RequestErasure { facility, by, reason },
    };
    decide(ports, subject, command, wish.id).await?;
    Ok(decision)
}

/// Erases again somebody whose keys were destroyed before, in a database that does not know it: it was
/// restored from an older backup. Nothing is kept for a law any more: it was decided already.
///
/// # Errors
///
/// The log cannot be written.
pub async fn repeat(
    ports: &Ports,
    facility: &FacilityId,
    subject: SubjectId,
) -> Result<(), ErasureError> {
    let command = SubjectCommand::RequestErasure {
        facility: facility.clone(),
        by: RequestedBy::Restored,
        reason: Reason::ours("erased before the database was restored"),
    };
    decide(ports, subject, command, ports.ids.random()).await
}

/// Writes down that keys of somebody who was erased are there again, and are about to be destroyed once more.
///
/// # Errors
///
/// The log cannot be written.
pub async fn note_destroyed_again(
    ports: &Ports,
    facility: &FacilityId,
    subject: SubjectId,
    keys: u64,
) -> Result<(), ErasureError> {
    let command = SubjectCommand::DestroyAgain { facility: facility.clone(), keys };
    decide(ports, subject, command, ports.ids.random()).await
}

async fn decide(
    ports: &Ports,
    subject: SubjectId,
    command: SubjectCommand,
    wish: Uuid,
) -> Result<(), ErasureError> {
    let origin = Origin {
        correlation: wish,
        causation: None,
        actor: Actor::Door,
        subject: Some(subject),
        new_subject: false,
    };
    let (stream, key) = (StreamId::subject(subject), format!("erasure:{wish}:{subject}"));
    ports.dispatcher.execute::<Subject>(&stream, command, &key, &origin).await?;
    Ok(())
}

impl From<ErasureError> for TaskError {
    fn from(error: ErasureError) -> Self {
        match error {
            ErasureError::Decided(error) => error.into(),
            ErasureError::Vault(error) => error.into(),
            ErasureError::Directory(error) => error.into(),
            ErasureError::Eraser(error) => error.into(),
            ErasureError::Unreadable(error) => error,
            ErasureError::Log(error) => error.into(),
        }
    }
}
