//! Erasure of a patient: finds the patient, checks the retention rules and decides.
//!
//! Tasks (`tasks/handlers/erase.rs`) carry out the decision. A crash only delays them.

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

/// A request to erase a patient.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Who requested the erasure.
    pub by: RequestedBy,
    /// The reason given for the request.
    pub reason: Reason,
    /// Id of this request. A repeated request with the same id is decided once.
    pub id: Uuid,
}

/// The decision on an erasure, or its preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The subject id of the patient.
    pub subject: SubjectId,
    /// Id of the facility.
    pub facility: FacilityId,
    /// The records that exist of the patient.
    pub counts: RecordCounts,
    /// The retention rule that forbids the erasure; `None` if the patient may be erased.
    pub ground: Option<Ground>,
}

/// Why no decision could be made.
#[derive(Debug, Error)]
pub enum ErasureError {
    /// The command on the subject's stream failed.
    #[error(transparent)]
    Decided(#[from] DispatchError<SubjectError>),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The patient directory failed.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The existing records could not be counted.
    #[error(transparent)]
    Eraser(#[from] EraserError),
    /// Stored data of the patient could not be read.
    #[error(transparent)]
    Unreadable(#[from] TaskError),
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// Returns the decision that [`request`] would make now, and changes nothing.
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
    let counts = ports.eraser.count_records(&whose).await?;
    let ground = ports.settings.erasure.binding(&counts, ports.clock.now());
    Ok(Decision { subject, facility: facility.clone(), counts, ground })
}

/// Decides on the request and records the decision. A request that was already decided keeps its decision.
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

/// Erases a patient again whose keys were destroyed before, after the database was restored from an older backup. The
/// retention rules are not checked again, because the erasure was already decided.
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

/// Records that keys of an erased patient exist again and will be destroyed again.
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
