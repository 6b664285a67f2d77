//! Interprets messages of the gateway and sends the replies.

use hip_domain::discovery::DiscoveryEvent;
use hip_domain::event::Event;
use hip_domain::id::RequestId;
use hip_domain::inbound::{DirectReply, InboundEvent};
use hip_domain::outbound::Call;
use hip_domain::profile_share::ProfileShareEvent;
use hip_domain::recorded::Recorded;

use super::request_id;
use crate::tasks::{Planned, Task};

/// Interprets a stored message. Sends a reply after the interpretation, if it depends on the message alone.
pub(super) fn of_inbound(recorded: &Recorded<Event>, event: &InboundEvent) -> Vec<Planned> {
    let owed = match event {
        InboundEvent::Received(_) => {
            return vec![Task::Interpret { inbound: recorded.stream.clone() }.into()];
        }
        InboundEvent::Interpreted { owed }
        | InboundEvent::Rejected { owed, .. }
        | InboundEvent::Failed { owed, .. } => owed,
        // The replay worker interprets the message.
        InboundEvent::ReplayRequested { .. } => &None,
    };
    let (Some(owed), Some(in_reply_to)) = (owed, recorded.stream.request_id()) else {
        return vec![];
    };
    let call = owed_call(owed.clone(), in_reply_to);
    vec![Task::Call { request_id: request_id(recorded, 0), call }.into()]
}

/// The call that sends a direct reply.
pub(crate) fn owed_call(owed: DirectReply, in_reply_to: RequestId) -> Call {
    match owed {
        DirectReply::OnDiscover { transaction, error } => {
            Call::OnDiscover { transaction, error: Some(error), in_reply_to }
        }
        DirectReply::OnRequest { transaction, error } => {
            Call::OnRequest { transaction, error: Some(error), in_reply_to }
        }
        DirectReply::ConsentOnNotify { consent_id: consent, error } => {
            Call::ConsentOnNotify { consent, error, in_reply_to }
        }
        DirectReply::LinkOnInit { transaction, error } => {
            Call::OnInit { transaction, link: None, error: Some(error), in_reply_to }
        }
        DirectReply::LinkOnConfirm { error } => {
            Call::OnConfirm { link: None, error: Some(error), in_reply_to }
        }
        DirectReply::OnShare { error } => {
            Call::OnShare { counter: None, error: Some(error), in_reply_to }
        }
    }
}

/// Searches the patient of a discovery, then replies. A repeated discovery only gets the reply.
pub(super) fn of_discovery(recorded: &Recorded<Event>, event: &DiscoveryEvent) -> Vec<Planned> {
    let in_reply_to = match event {
        DiscoveryEvent::Requested { .. } => {
            return vec![Task::FindPatient { discovery: recorded.stream.clone() }.into()];
        }
        DiscoveryEvent::PatientMatched { request_id, .. }
        | DiscoveryEvent::NotMatched { request_id, .. }
        | DiscoveryEvent::Repeated { request_id } => *request_id,
    };
    let Some(transaction) = recorded.stream.transaction() else {
        return vec![];
    };
    let call = Call::OnDiscover { transaction, error: None, in_reply_to };
    vec![Task::Call { request_id: request_id(recorded, 0), call }.into()]
}

/// Replies to a profile share with the queue token.
pub(super) fn of_profile_share(
    recorded: &Recorded<Event>,
    event: &ProfileShareEvent,
) -> Vec<Planned> {
    let in_reply_to = match event {
        ProfileShareEvent::TokenIssued { request_id, .. }
        | ProfileShareEvent::TokenRepeated { request_id, .. } => *request_id,
    };
    let counter = Some(recorded.stream.clone());
    let call = Call::OnShare { counter, error: None, in_reply_to };
    vec![Task::Call { request_id: request_id(recorded, 0), call }.into()]
}
