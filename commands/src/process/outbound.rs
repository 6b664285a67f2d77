//! What follows when a peer has taken a call, or has not.

use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, RequestId};
use hip_domain::outbound::{Call, OutboundEvent};
use hip_domain::recorded::Recorded;
use hip_domain::transfer::Stop;

use crate::task::{Planned, Task};

pub(super) fn of_outbound(recorded: &Recorded<Event>, event: &OutboundEvent) -> Vec<Planned> {
    match event {
        OutboundEvent::Accepted { call, status } => taken(call, *status).into_iter().collect(),
        OutboundEvent::Abandoned { call, status, code, .. } => {
            let Some(request_id) = recorded.stream.request_id() else {
                return vec![];
            };
            given_up(call, request_id, *status, code.as_ref()).into_iter().collect()
        }
        OutboundEvent::ReplayRequested { call, renewed, .. } => {
            let request_id = renewed.or_else(|| recorded.stream.request_id());
            let again = |request_id| Task::Call { request_id, call: call.clone() }.into();
            request_id.map(again).into_iter().collect()
        }
        OutboundEvent::Planned { .. }
        | OutboundEvent::Suppressed { .. }
        | OutboundEvent::Attempted { .. }
        | OutboundEvent::Failed { .. }
        | OutboundEvent::Answered { .. } => vec![],
    }
}

/// The gateway's yes to our answer starts a transfer, or ends a link; an HIU's yes moves it on.
fn taken(call: &Call, status: u16) -> Option<Planned> {
    let task = match call.clone() {
        Call::OnRequest { transaction, error: None, .. } => Task::PrepareTransfer { transaction },
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

/// What the gateway refuses at once it need not call back about.
fn given_up(
    call: &Call,
    request_id: RequestId,
    status: Option<u16>,
    code: Option<&ErrorCode>,
) -> Option<Planned> {
    let code = || match (code, status) {
        (Some(code), _) => code.clone(),
        (None, Some(status)) => {
            ErrorCode::parse(status.to_string()).unwrap_or_else(|_| ErrorCode::ours("unknown"))
        }
        (None, None) => ErrorCode::ours("unknown"),
    };
    let task = match call.clone() {
        Call::PushPage { transaction, page } => {
            Task::StopTransfer { transaction, page, stop: Stop::Push { status } }
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
