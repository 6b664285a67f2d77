//! Decides which calls are sent again, and under which request id.

use hip_domain::id::RequestId;
use hip_domain::outbound::{Call, CallOutcome, Outbound, OutboundCommand};
use hip_domain::replay::{Ordered, Policy};
use hip_domain::stream::StreamId;

use crate::port::CorrelationIndex;
use crate::port::correlation_index::CorrelationError;
use crate::port::log::{Actor, Origin};
use crate::ports::Ports;
use crate::tasks::TaskError;

/// What the policy decides for an earlier call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ResendDecision {
    /// It is not sent again, for this reason.
    Left(&'static str),
    /// It is sent under its own id: it may have arrived, and the peer then recognizes the id.
    SameId,
    /// It is sent under a new id, because the peer already replied to the old one.
    NewId,
}

/// Decides what to do with a call. `is_due` means that it is still going to be sent anyway.
fn fate(policy: Policy, call: &Call, standing: CallOutcome, is_due: bool) -> ResendDecision {
    match (policy, standing) {
        (Policy::Projections, _) => ResendDecision::Left("the policy lets nothing leave"),
        (_, CallOutcome::Open) if is_due => ResendDecision::Left("the call is still being made"),
        (Policy::Safe, CallOutcome::Accepted) => {
            ResendDecision::Left("the peer has taken the call")
        }
        (Policy::All, CallOutcome::Accepted) if !is_answer(call) => {
            ResendDecision::Left("the peer has taken the call, and it is no answer")
        }
        (_, CallOutcome::Unknown | CallOutcome::Refused) if !call.is_repeatable() => {
            ResendDecision::Left(
                "our side has gone on: start the link again, or wait to be asked again",
            )
        }
        (_, CallOutcome::Open | CallOutcome::Unknown) => ResendDecision::SameId,
        (_, CallOutcome::Refused) | (Policy::All, CallOutcome::Accepted) => ResendDecision::NewId,
    }
}

/// Whether a call is a reply to a message.
const fn is_answer(call: &Call) -> bool {
    match call {
        Call::OnDiscover { .. }
        | Call::ConsentOnNotify { .. }
        | Call::OnRequest { .. }
        | Call::OnInit { .. }
        | Call::OnConfirm { .. }
        | Call::OnShare { .. } => true,
        Call::GenerateToken { .. }
        | Call::LinkCareContext { .. }
        | Call::PushPage { .. }
        | Call::NotifyTransfer { .. }
        | Call::ContextNotify { .. }
        | Call::SmsNotify { .. } => false,
    }
}

/// An earlier call and its current state.
pub(super) struct PreviousCall {
    request_id: RequestId,
    pub(super) call: Call,
    standing: CallOutcome,
}

impl PreviousCall {
    /// Its `REQUEST-ID`.
    pub(super) const fn request_id(&self) -> RequestId {
        self.request_id
    }

    /// Its result so far.
    pub(super) const fn standing(&self) -> CallOutcome {
        self.standing
    }
}

/// The calls of a conversation before a position. Of equal calls only the newest is returned.
pub(super) async fn earlier(
    ports: &Ports,
    conversations: &dyn CorrelationIndex,
    conversation: uuid::Uuid,
    position: i64,
) -> Result<Vec<PreviousCall>, TaskError> {
    let mut found: Vec<PreviousCall> = Vec::new();
    for request_id in conversations.calls(conversation, position).await? {
        if let Some(one) = known(ports, request_id).await? {
            found.retain(|other| other.call != one.call);
            found.push(one);
        }
    }
    Ok(found)
}

/// A call in its current state; `None` if it is unknown.
pub(super) async fn known(
    ports: &Ports,
    request_id: RequestId,
) -> Result<Option<PreviousCall>, TaskError> {
    let stream = StreamId::outbound(request_id);
    let state = ports.dispatcher.load::<Outbound>(&stream).await?;
    let (Some(call), Some(standing)) = (state.call().cloned(), state.standing()) else {
        return Ok(None);
    };
    Ok(Some(PreviousCall { request_id, call, standing }))
}

/// Requests that a call is sent again, if the order allows it; else returns the reason. `cause` is the requesting
/// event.
pub(super) async fn make(
    ports: &Ports,
    conversations: &dyn CorrelationIndex,
    order: &Ordered,
    earlier: &PreviousCall,
    cause: Option<uuid::Uuid>,
) -> Result<Result<(), &'static str>, TaskError> {
    let stream = StreamId::outbound(earlier.request_id);
    let stored = ports.log.clear_stream(&stream, 0).await?;
    let (Some(first), Some(last)) = (stored.first(), stored.last()) else {
        return Ok(Err("there is no such call"));
    };
    let key = format!("replay:{}:{stream}", order.replay);
    if ports.log.answered(&key).await?.is_some() {
        return Ok(Ok(()));
    }
    let is_due =
        earlier.standing == CallOutcome::Open && conversations.is_due(earlier.request_id).await?;
    let renewed = match fate(order.policy, &earlier.call, earlier.standing, is_due) {
        ResendDecision::Left(why) => return Ok(Err(why)),
        ResendDecision::SameId => None,
        ResendDecision::NewId => Some(RequestId::caused_by(last.event_id, 0)),
    };
    let replay = order.clone();
    let command = OutboundCommand::Replay { replay, answers: last.event_id, renewed };
    let origin = Origin {
        correlation: first.correlation,
        causation: cause,
        actor: Actor::Process,
        subject: first.subject,
        new_subject: false,
    };
    ports.dispatcher.execute::<Outbound>(&stream, command, &key, &origin).await?;
    Ok(Ok(()))
}

impl From<CorrelationError> for TaskError {
    fn from(error: CorrelationError) -> Self {
        Self::later(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use hip_domain::id::TransactionId;

    use super::*;

    fn answer() -> Call {
        let in_reply_to = RequestId(uuid::Uuid::from_u128(1));
        Call::OnDiscover {
            transaction: TransactionId::parse("t").unwrap(),
            error: None,
            in_reply_to,
        }
    }

    fn page() -> Call {
        Call::PushPage { transaction: TransactionId::parse("t").unwrap(), page: 0 }
    }

    #[test]
    fn an_uncertain_call_keeps_its_id_and_a_refused_one_gets_a_new_one() {
        for policy in [Policy::Safe, Policy::All] {
            assert_eq!(
                fate(policy, &answer(), CallOutcome::Unknown, false),
                ResendDecision::SameId
            );
            assert_eq!(fate(policy, &answer(), CallOutcome::Open, false), ResendDecision::SameId);
            assert_eq!(fate(policy, &answer(), CallOutcome::Refused, false), ResendDecision::NewId);
        }
    }

    #[test]
    fn only_the_boldest_policy_repeats_what_a_peer_has_taken_and_only_answers() {
        let left = |policy, call: &Call| {
            matches!(fate(policy, call, CallOutcome::Accepted, false), ResendDecision::Left(_))
        };
        assert!(left(Policy::Safe, &answer()) && !left(Policy::All, &answer()));
        assert!(left(Policy::All, &page()));
    }

    #[test]
    fn nothing_leaves_that_is_on_its_way_already_or_that_our_side_has_gone_on_from() {
        let left = |fate| matches!(fate, ResendDecision::Left(_));
        assert!(left(fate(Policy::All, &answer(), CallOutcome::Open, true)));
        assert!(left(fate(Policy::All, &page(), CallOutcome::Refused, false)));
        assert!(left(fate(Policy::Projections, &answer(), CallOutcome::Unknown, false)));
    }
}
