//! Decrypts stored data of a patient for one use.

use hip_domain::care_context::CareContext;
use hip_domain::consent::GrantedCareContext;
use hip_domain::event::Event;
use hip_domain::id::{RequestId, SubjectId};
use hip_domain::link_token::LinkTokenEvent;
use hip_domain::patient::{Abha, Demographics, PatientEvent};
use hip_domain::sealed::Sealed;
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use secrecy::SecretString;

use crate::port::link_token_cache::Holder;
use crate::ports::Ports;
use crate::tasks::TaskError;

const UNREADABLE: &str = "the patient cannot be read any more";

/// The newest demographics of a patient.
pub(crate) async fn demographics(
    ports: &Ports,
    subject: SubjectId,
) -> Result<Demographics, TaskError> {
    let known = demographics_unless_erased(ports, subject).await?;
    known.ok_or_else(|| TaskError::never(UNREADABLE))
}

/// The newest demographics of a patient; `None` if the patient was erased.
pub(crate) async fn demographics_unless_erased(
    ports: &Ports,
    subject: SubjectId,
) -> Result<Option<Demographics>, TaskError> {
    let newest = ports.newest(&StreamId::patient(subject), demographics_of).await?;
    match newest.map(|recorded| recorded.event) {
        Some(Sealed::Erased) => Ok(None),
        known => require_open(known, UNREADABLE).map(Some),
    }
}

/// The patient's ABHA.
pub(crate) async fn abha(ports: &Ports, subject: SubjectId) -> Result<Abha, TaskError> {
    let stream = StreamId::patient(subject);
    let newest = ports.newest(&stream, |event| {
        let Event::Patient(event) = event else { return None };
        match event {
            PatientEvent::AbhaAttached { abha, .. } => Some(Some(abha)),
            PatientEvent::AbhaDetached { .. } => Some(None),
            PatientEvent::Registered { .. } | PatientEvent::DemographicsChanged { .. } => None,
        }
    });
    let newest = newest.await?.and_then(|recorded| recorded.event);
    require_open(newest, "the patient's ABHA is not known")
}

/// The link token that `issued_by` returned; the newest token of the stream if `issued_by` is `None`.
pub(crate) async fn link_token(
    ports: &Ports,
    stream: &StreamId,
    issued_by: Option<RequestId>,
) -> Result<SecretString, TaskError> {
    if let Some(issued_by) = issued_by
        && let Some(token) = at_hand(ports, stream, issued_by).await
    {
        return Ok(SecretString::from(token.into_inner()));
    }
    let newest = ports.newest(stream, |event| {
        let Event::LinkToken(LinkTokenEvent::Issued { token, .. }) = event else {
            return None;
        };
        Some(token)
    });
    let why = "the link token cannot be read any more";
    let token = require_open(newest.await?.map(|recorded| recorded.event), why)?;
    Ok(SecretString::from(token.into_inner()))
}

/// The token, if the cache knows its position. If the cache has no entry or is unavailable, the log is read instead.
async fn at_hand(ports: &Ports, stream: &StreamId, issued_by: RequestId) -> Option<Phi<String>> {
    let cached = ports.link_tokens.get(&Holder::of(stream)?).await.ok()??;
    let recorded = ports.at(cached.position).await.ok()??;
    let Event::LinkToken(LinkTokenEvent::Issued { request_id, token, .. }) = recorded.event else {
        return None;
    };
    let is_it = recorded.stream == *stream && request_id == issued_by;
    require_open(Some(token).filter(|_| is_it), "").ok()
}

/// The demographics in an event, if it has any.
pub(crate) fn demographics_of(event: Event) -> Option<Sealed<Demographics>> {
    let Event::Patient(event) = event else {
        return None;
    };
    match event {
        PatientEvent::Registered { demographics, .. }
        | PatientEvent::DemographicsChanged { demographics, .. } => Some(demographics),
        PatientEvent::AbhaAttached { .. } | PatientEvent::AbhaDetached { .. } => None,
    }
}

/// The decrypted content; an error if it is missing or its key was destroyed.
pub(crate) fn require_open<T>(sealed: Option<Sealed<T>>, why_not: &str) -> Result<T, TaskError> {
    match sealed {
        Some(Sealed::Open(content)) => Ok(content),
        Some(Sealed::Closed | Sealed::Erased) | None => Err(TaskError::never(why_not)),
    }
}

/// The patient of a consent: the subject of its first known care context.
pub(crate) async fn subject_of(
    ports: &Ports,
    care_contexts: &[GrantedCareContext],
) -> Result<Option<SubjectId>, TaskError> {
    for care_context in care_contexts {
        let state = ports.dispatcher.load::<CareContext>(&care_context.stream).await?;
        if let Some(facts) = state.facts {
            return Ok(Some(facts.subject));
        }
    }
    Ok(None)
}
