//! Opt-out: a patient leaves ABDM. Their link token and consents end, and discoveries no longer find them.
//!
//! The medical records stay with the facility. Erasure is a separate command.

use std::time::Duration;

use hip_domain::consent::{Consent, ConsentCommand, End};
use hip_domain::event::Event;
use hip_domain::id::{FacilityId, Pseudonym, SubjectId};
use hip_domain::link_token::{LinkToken, LinkTokenCommand};
use hip_domain::patient::{Patient, PatientCommand, PatientEvent};
use hip_domain::sealed::Sealed;
use hip_domain::stream::StreamId;

use crate::inbox::callbacks::CallbackMessage;
use crate::patients::patient_data::subject_of;
use crate::port::log::Origin;
use crate::ports::Ports;
use crate::tasks::TaskError;

const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Interval for checking whether an operator has had the quarantined events applied.
const QUARANTINE_LOOK_AGAIN: Duration = Duration::from_secs(10);

/// The reason reported for tasks that wait for that.
const QUARANTINED: &str = "a reader of the log has put aside an event that may be about the patient; \
                           see `hip projection status`";

fn lags() -> TaskError {
    let reason = "the read models lag behind".to_owned();
    TaskError::Later { after: Some(LOOK_AGAIN), reason }
}

/// Fails if the read models may be incomplete for a patient.
///
/// # Errors
///
/// `Later` if they have not reached `position`, or if a quarantined event may be about the patient.
pub(crate) async fn require_whole_view(
    ports: &Ports,
    facility: &FacilityId,
    subjects: &[SubjectId],
    position: i64,
) -> Result<(), TaskError> {
    if !ports.directory.caught_up(position).await {
        return Err(lags());
    }
    if ports.directory.is_quarantined(facility, subjects).await? {
        let reason = QUARANTINED.to_owned();
        return Err(TaskError::Later { after: Some(QUARANTINE_LOOK_AGAIN), reason });
    }
    Ok(())
}

/// An ABHA address that left ABDM.
pub(crate) struct OptOut<'a> {
    /// The facility that received the notification.
    pub(crate) facility: &'a FacilityId,
    /// Pseudonym of the ABHA address.
    pub(crate) address: &'a Pseudonym,
    /// The ABHA was deleted, not only deactivated.
    pub(crate) deleted: bool,
    /// Consents granted before this position end.
    pub(crate) position: i64,
}

/// Whether a patient has opted out and not returned.
pub(crate) async fn has_left(ports: &Ports, subject: SubjectId) -> Result<bool, TaskError> {
    let patient = ports.dispatcher.load::<Patient>(&StreamId::patient(subject)).await?;
    Ok(patient.has_left())
}

/// Whether a message is about a patient who opted out. If so, its key is attached to the patient: the message is
/// erased with the patient although it is refused.
pub(crate) async fn refuses(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
    subject: SubjectId,
) -> Result<bool, TaskError> {
    let left = has_left(ports, subject).await?;
    if left && let Some(message) = incoming.own_subject() {
        ports.vault.attach_key(message, subject).await?;
    }
    Ok(left)
}

/// Ends everything that depends on the ABHA address. Returns the patient, if known.
///
/// # Errors
///
/// `Later` if the read models have not reached the message, or if a quarantined event may be about the patient. What
/// they already show is ended; the next call ends the rest.
pub(crate) async fn purge(
    ports: &Ports,
    left: &OptOut<'_>,
    origin: &Origin,
    key: &str,
) -> Result<Option<SubjectId>, TaskError> {
    let has_seen_all = ports.directory.caught_up(left.position).await;
    let tokens = end_tokens(ports, left, origin, key).await?;
    end_consents(ports, left, origin, key).await?;
    let mut patients = detach(ports, left, tokens, origin, key).await?;
    // Only after everything visible has been ended.
    if !has_seen_all {
        return Err(lags());
    }
    require_whole_view(ports, left.facility, &patients, left.position).await?;
    Ok(patients.pop())
}

/// Returns the subject of the tokens.
async fn end_tokens(
    ports: &Ports,
    left: &OptOut<'_>,
    origin: &Origin,
    key: &str,
) -> Result<Option<SubjectId>, TaskError> {
    let stream = StreamId::link_token(left.facility, left.address);
    let subject = ports.dispatcher.load::<LinkToken>(&stream).await?.subject;
    let origin = origin.about(subject);
    let (command, key) = (LinkTokenCommand::Purge, format!("{key}:token"));
    ports.dispatcher.execute::<LinkToken>(&stream, command, &key, &origin).await?;
    Ok(subject)
}

async fn end_consents(
    ports: &Ports,
    left: &OptOut<'_>,
    origin: &Origin,
    key: &str,
) -> Result<(), TaskError> {
    for consent_id in ports.directory.consents(left.facility, left.address).await? {
        let stream = StreamId::consent(&consent_id);
        let consent = ports.dispatcher.load::<Consent>(&stream).await?;
        let granted = consent.grant().map(|grant| grant.care_contexts.as_slice());
        let origin = origin.about(subject_of(ports, granted.unwrap_or_default()).await?);
        let key = format!("{key}:consent:{consent_id}");
        let command = ConsentCommand::End { consent_id, how: End::OptedOut };
        ports.dispatcher.execute::<Consent>(&stream, command, &key, &origin).await?;
    }
    Ok(())
}

async fn detach(
    ports: &Ports,
    left: &OptOut<'_>,
    of_tokens: Option<SubjectId>,
    origin: &Origin,
    key: &str,
) -> Result<Vec<SubjectId>, TaskError> {
    let found = ports.directory.by_abha_address(left.facility, left.address).await?;
    let mut subjects: Vec<_> = found.into_iter().map(|candidate| candidate.subject).collect();
    subjects.extend(of_tokens.filter(|subject| !subjects.contains(subject)));
    for subject in &subjects {
        let key = format!("{key}:patient:{subject}");
        let command = PatientCommand::DetachAbha {
            facility: left.facility.clone(),
            address: left.address.clone(),
            deleted: left.deleted,
        };
        let stream = StreamId::patient(*subject);
        ports.dispatcher.execute::<Patient>(&stream, command, &key, origin).await?;
    }
    Ok(subjects)
}

/// Reverses the opt-out of a deactivated ABHA: discoveries find the patient again. Returns the patient, if the
/// address was known; otherwise the next visit with the address attaches it.
pub(crate) async fn undo(
    ports: &Ports,
    facility: &FacilityId,
    address: &Pseudonym,
    origin: &Origin,
    key: &str,
) -> Result<Option<SubjectId>, TaskError> {
    let tokens = StreamId::link_token(facility, address);
    let Some(subject) = ports.dispatcher.load::<LinkToken>(&tokens).await?.subject else {
        return Ok(None);
    };
    let stream = StreamId::patient(subject);
    let attached = ports.newest(&stream, |event| {
        let Event::Patient(PatientEvent::AbhaAttached { abha, .. }) = event else { return None };
        Some(abha)
    });
    let Some(Sealed::Open(abha)) = attached.await?.map(|recorded| recorded.event) else {
        return Ok(None);
    };
    let (facility, address) = (facility.clone(), address.clone());
    let command = PatientCommand::ReattachAbha { facility, address, abha };
    ports.dispatcher.execute::<Patient>(&stream, command, key, origin).await?;
    Ok(Some(subject))
}
