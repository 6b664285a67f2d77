//! Messages from the gateway are interpreted, and what is owed to their senders is sent.

use hip_domain::discovery::DiscoveryEvent;
use hip_domain::event::Event;
use hip_domain::id::{RequestId, TransactionId};
use hip_domain::inbound::{InboundEvent, Owed};
use hip_domain::outbound::Call;
use hip_domain::recorded::Recorded;

use super::request_id;
use crate::task::Task;

/// A stored message is interpreted; a closed one is answered, when its answer follows from it alone.
pub(super) fn of_inbound(recorded: &Recorded<Event>, event: &InboundEvent) -> Vec<Task> {
    let owed = match event {
        InboundEvent::Received(_) => {
            return vec![Task::Interpret { inbound: recorded.stream.clone() }];
        }
        InboundEvent::Interpreted { owed } | InboundEvent::Rejected { owed, .. } => owed,
        InboundEvent::Failed { .. } => &None,
    };
    let Some(in_reply_to) = inbound_request(recorded) else {
        return vec![];
    };
    match owed {
        Some(Owed::ConsentOnNotify { consent_id, error }) => vec![Task::Call {
            request_id: request_id(recorded, 0),
            call: Call::ConsentOnNotify {
                consent: consent_id.clone(),
                error: error.clone(),
                in_reply_to,
            },
        }],
        None => vec![],
    }
}

/// A discovery is looked up, then answered.
pub(super) fn of_discovery(recorded: &Recorded<Event>, event: &DiscoveryEvent) -> Vec<Task> {
    let in_reply_to = match event {
        DiscoveryEvent::Requested { .. } => {
            return vec![Task::FindPatient { discovery: recorded.stream.clone() }];
        }
        DiscoveryEvent::PatientMatched { request_id, .. }
        | DiscoveryEvent::NotMatched { request_id, .. } => *request_id,
    };
    let Some(transaction) = discovery_transaction(recorded) else {
        return vec![];
    };
    let call = Call::OnDiscover { transaction, in_reply_to };
    vec![Task::Call { request_id: request_id(recorded, 0), call }]
}

/// The request id that an inbound stream is named after.
fn inbound_request(recorded: &Recorded<Event>) -> Option<RequestId> {
    RequestId::parse(recorded.stream.as_str().strip_prefix("in-gateway-")?).ok()
}

fn discovery_transaction(recorded: &Recorded<Event>) -> Option<TransactionId> {
    TransactionId::parse(recorded.stream.as_str().strip_prefix("discovery-")?).ok()
}
