//! Tasks that follow from the result of a call.

use chrono::{DateTime, TimeDelta, Utc};
use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, RequestId};
use hip_domain::outbound::{Call, OutboundEvent};
use hip_domain::recorded::Recorded;
use hip_domain::transfer::StopReason;

use crate::operations::abdm_error::OwnCode;
use crate::tasks::{Planned, Task};

pub(super) fn of_outbound(recorded: &Recorded<Event>, event: &OutboundEvent) -> Vec<Planned> {
    match event {
        OutboundEvent::Accepted { call, status } => {
            taken(call, *status, recorded.recorded_at).into_iter().collect()
        }
        OutboundEvent::Abandoned { call, status, code, awaits_trust, .. } => {
            let Some(request_id) = recorded.stream.request_id() else {
                return vec![];
            };
            let given_up = given_up(call, request_id, *status, code.as_ref());
            let at = awaits_trust.then(|| recorded.recorded_at + TRUST_WAIT);
            given_up.map(|planned| Planned { at, ..planned }).into_iter().collect()
        }
        OutboundEvent::Resumed { call } => {
            let request_id = recorded.stream.request_id();
            let again = |request_id| Task::Call { request_id, call: call.clone() }.into();
            request_id.map(again).into_iter().collect()
        }
        OutboundEvent::ReplayRequested { call, renewed, .. } => {
            let request_id = renewed.or_else(|| recorded.stream.request_id());
            let again = |request_id| Task::Call { request_id, call: call.clone() }.into();
            request_id.map(again).into_iter().collect()
        }
        OutboundEvent::Answered { call, again: Some(again), .. } => {
            let task = Task::Call { request_id: again.request_id, call: call.once_more() };
            vec![task.at(again.at)]
        }
        OutboundEvent::Planned { .. }
        | OutboundEvent::Suppressed { .. }
        | OutboundEvent::Attempted { .. }
        | OutboundEvent::Failed { .. }
        | OutboundEvent::Answered { again: None, .. } => vec![],
    }
}

/// How long a page waits for its HIU to be trusted. The network gives a transfer no more time.
const TRUST_WAIT: TimeDelta = TimeDelta::minutes(20);

/// Delay between the accepted reply to a request and the first page. HIUs were seen to refuse a page that arrived
/// before the gateway had forwarded the reply.
const ON_REQUEST_HEAD_START: TimeDelta = TimeDelta::milliseconds(250);

/// Tasks after an accepted call: an accepted reply starts a transfer or completes a link, an accepted page continues
/// the transfer.
fn taken(call: &Call, status: u16, at: DateTime<Utc>) -> Option<Planned> {
    let task = match call.clone() {
        Call::OnRequest { transaction, error: None, .. } => {
            return Some(Task::PrepareTransfer { transaction }.at(at + ON_REQUEST_HEAD_START));
        }
        Call::OnRequest { transaction, error: Some(_), .. } => Task::CloseRefused { transaction },
        Call::PushPage { transaction, page } => Task::MarkPushed { transaction, page, status },
        Call::OnConfirm { link: Some(link), error: None, .. } => Task::MarkUserLinked { link },
        Call::OnConfirm { .. }
        | Call::GenerateToken { .. }
        | Call::LinkCareContext { .. }
        | Call::OnDiscover { .. }
        | Call::ConsentOnNotify { .. }
        | Call::NotifyTransfer { .. }
        | Call::ContextNotify { .. }
        | Call::SmsNotify { .. }
        | Call::OnInit { .. }
        | Call::OnShare { .. } => return None,
    };
    Some(task.into())
}

/// Tasks after a call was given up. No callback will arrive for it.
fn given_up(
    call: &Call,
    request_id: RequestId,
    status: Option<u16>,
    code: Option<&ErrorCode>,
) -> Option<Planned> {
    let code = || match (code, status) {
        (Some(code), _) => code.clone(),
        (None, Some(status)) => {
            ErrorCode::parse(status.to_string()).unwrap_or_else(|_| OwnCode::Unknown.into())
        }
        (None, None) => OwnCode::Unknown.into(),
    };
    let task = match call.clone() {
        Call::PushPage { transaction, page } => {
            Task::StopTransfer { transaction, page, stop: StopReason::Push { status } }
        }
        Call::GenerateToken { link_token } => {
            Task::RejectLinkToken { link_token, request_id, code: code(), counted: false }
        }
        Call::LinkCareContext { care_context, .. } => {
            Task::RejectLink { care_context, request_id, code: code() }
        }
        Call::OnDiscover { .. }
        | Call::ConsentOnNotify { .. }
        | Call::OnRequest { .. }
        | Call::NotifyTransfer { .. }
        | Call::ContextNotify { .. }
        | Call::SmsNotify { .. }
        | Call::OnInit { .. }
        | Call::OnConfirm { .. }
        | Call::OnShare { .. } => return None,
    };
    Some(task.into())
}
