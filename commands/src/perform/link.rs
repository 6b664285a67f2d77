//! The steps that link a care context; the aggregates decide, these only bring them the news.

use hip_domain::care_context::{CareContext, CareContextCommand, CareContextFacts};
use hip_domain::hi_type::HiType;
use hip_domain::id::{CareContextReference, FacilityId, RequestId, SubjectId};
use hip_domain::link_token::{LinkToken, LinkTokenCommand};
use hip_domain::stream::StreamId;
use hip_domain::visit::{Visit, VisitCommand};

use crate::port::log::Actor;
use crate::provider::Provider;
use crate::task::Due;
use crate::task::TaskError;

pub(super) async fn register(
    provider: &Provider,
    due: &Due,
    care_context: &StreamId,
    facts: &CareContextFacts,
    hi_types: &[HiType],
    link_with: Option<&StreamId>,
) -> Result<(), TaskError> {
    let command = CareContextCommand::Register {
        facts: facts.clone(),
        hi_types: hi_types.to_vec(),
        link_with: link_with.cloned(),
    };
    let origin = due.cause.origin(Actor::Process);
    provider.dispatcher.execute::<CareContext>(care_context, command, &due.key(), &origin).await?;
    Ok(())
}

/// Who needs a token, and for whom.
pub(super) struct Need<'a> {
    pub(super) care_context: &'a StreamId,
    pub(super) facility: &'a FacilityId,
    pub(super) subject: SubjectId,
}

pub(super) async fn need_token(
    provider: &Provider,
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
        now: provider.clock.now(),
    };
    let origin = due.cause.origin(Actor::Process);
    provider.dispatcher.execute::<LinkToken>(link_token, command, &due.key(), &origin).await?;
    Ok(())
}

pub(super) async fn request(
    provider: &Provider,
    due: &Due,
    care_context: &StreamId,
    link_token: &StreamId,
    request_id: RequestId,
) -> Result<(), TaskError> {
    let command = CareContextCommand::RequestLink { request_id, link_token: link_token.clone() };
    let origin = due.cause.origin(Actor::Process);
    provider.dispatcher.execute::<CareContext>(care_context, command, &due.key(), &origin).await?;
    Ok(())
}

pub(super) async fn mark_visit(
    provider: &Provider,
    due: &Due,
    visit: &StreamId,
    care_context: &CareContextReference,
    hi_types: &[HiType],
) -> Result<(), TaskError> {
    let command = VisitCommand::MarkLinked {
        care_context: care_context.clone(),
        hi_types: hi_types.to_vec(),
    };
    let origin = due.cause.origin(Actor::Process);
    provider.dispatcher.execute::<Visit>(visit, command, &due.key(), &origin).await?;
    Ok(())
}
