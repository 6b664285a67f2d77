//! The steps that link a care context. They only send commands; the aggregates decide.

use hip_domain::care_context::{CareContext, CareContextCommand, Link};
use hip_domain::hi_type::HiType;
use hip_domain::id::{CareContextReference, ErrorCode, FacilityId, RequestId, SubjectId};
use hip_domain::link_token::{LinkToken, LinkTokenCommand};
use hip_domain::stream::StreamId;
use hip_domain::visit::{Visit, VisitCommand, VisitError};

use crate::linking::link_refusal;
use crate::log::dispatch::DispatchError;
use crate::log::step::Step;
use crate::operations::abdm_error::Context;
use crate::patients::patient_data::demographics;
use crate::port::log::Actor;
use crate::ports::Ports;
use crate::tasks::Due;
use crate::tasks::TaskError;

/// Sends a command to a care context.
pub(super) async fn tell(
    ports: &Ports,
    due: &Due,
    care_context: &StreamId,
    command: CareContextCommand,
) -> Result<(), TaskError> {
    due.step(Actor::Process)
        .execute::<CareContext>(&ports.dispatcher, care_context, command)
        .await?;
    Ok(())
}

/// The care context that needs a token, and its patient.
pub(super) struct Need<'a> {
    pub(super) care_context: &'a StreamId,
    pub(super) facility: &'a FacilityId,
    pub(super) subject: SubjectId,
}

pub(super) async fn need_token(
    ports: &Ports,
    due: &Due,
    link_token: &StreamId,
    need: &Need<'_>,
    request_id: RequestId,
) -> Result<(), TaskError> {
    let command = LinkTokenCommand::Need {
        care_context: need.care_context.clone(),
        facility: need.facility.clone(),
        subject: need.subject,
        request_id,
        limits: ports.settings.token_limits,
        now: ports.clock.now(),
    };
    tell_tokens(ports, due.step(Actor::Process), link_token, command).await
}

async fn tell_tokens(
    ports: &Ports,
    step: Step,
    link_token: &StreamId,
    command: LinkTokenCommand,
) -> Result<(), TaskError> {
    step.execute::<LinkToken>(&ports.dispatcher, link_token, command).await?;
    Ok(())
}

pub(super) async fn reject_token(
    ports: &Ports,
    due: &Due,
    link_token: &StreamId,
    request_id: RequestId,
    code: &ErrorCode,
    counted: bool,
) -> Result<(), TaskError> {
    let command = LinkTokenCommand::Reject {
        request_id,
        code: code.clone(),
        refusal: link_refusal::of_token(code, Context::GenerateToken),
        counted,
        limits: ports.settings.token_limits,
        now: ports.clock.now(),
    };
    tell_tokens(ports, due.step(Actor::Process), link_token, command).await
}

/// A link to retry.
pub(super) struct Retry<'a> {
    pub(super) care_context: &'a StreamId,
    pub(super) link_token: &'a StreamId,
    /// Do not use the token of this request again.
    pub(super) drop: Option<RequestId>,
}

/// Requests a token again, unless the care context was linked in the meantime.
pub(super) async fn retry(
    ports: &Ports,
    due: &Due,
    retry: &Retry<'_>,
    request_id: RequestId,
) -> Result<(), TaskError> {
    let state = ports.dispatcher.load::<CareContext>(retry.care_context).await?;
    let (Some(facts), Link::Unlinked) = (state.facts, state.link) else {
        return Ok(());
    };
    if let Some(issued_by) = retry.drop {
        let command = LinkTokenCommand::Drop { issued_by };
        tell_tokens(ports, due.step(Actor::Process).part("drop"), retry.link_token, command)
            .await?;
    }
    let need = Need {
        care_context: retry.care_context,
        facility: &facts.facility,
        subject: facts.subject,
    };
    need_token(ports, due, retry.link_token, &need, request_id).await
}

/// Notifies a patient without a known ABHA address by SMS, if configured and if a mobile number is known.
pub(super) async fn offer_by_sms(
    ports: &Ports,
    due: &Due,
    care_context: &StreamId,
    request_id: RequestId,
) -> Result<(), TaskError> {
    let state = ports.dispatcher.load::<CareContext>(care_context).await?;
    let Some(facts) = state.facts else { return Ok(()) };
    if !ports.settings.sms_without_abha(&facts.facility) {
        return Ok(());
    }
    if demographics(ports, facts.subject).await?.mobile.is_none() {
        return Ok(());
    }
    tell(ports, due, care_context, CareContextCommand::RequestSms { request_id }).await
}

pub(super) async fn mark_visit(
    ports: &Ports,
    due: &Due,
    visit: &StreamId,
    care_context: &CareContextReference,
    hi_types: &[HiType],
) -> Result<(), TaskError> {
    let command = VisitCommand::MarkLinked {
        care_context: care_context.clone(),
        hi_types: hi_types.to_vec(),
    };
    match due.step(Actor::Process).execute::<Visit>(&ports.dispatcher, visit, command).await {
        // A record system may have linked the visit before it was pushed. The care context knows about it.
        Ok(_) | Err(DispatchError::Refused(VisitError::Absent)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
