//! A care context is linked: a token, the request, the note on the visit.

use hip_domain::care_context::CareContextEvent;
use hip_domain::event::Event;
use hip_domain::link_token::LinkTokenEvent;
use hip_domain::outbound::Call;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;

use super::request_id;
use crate::task::Task;

pub(super) fn of_care_context(recorded: &Recorded<Event>, event: &CareContextEvent) -> Vec<Task> {
    match event {
        CareContextEvent::Registered { facts, link_with: Some(link_token), .. } => {
            vec![Task::NeedLinkToken {
                link_token: link_token.clone(),
                care_context: recorded.stream.clone(),
                facility: facts.facility.clone(),
                subject: facts.subject,
                request_id: request_id(recorded, 0),
            }]
        }
        CareContextEvent::LinkRequested { request_id, link_token, .. } => vec![Task::Call {
            request_id: *request_id,
            call: Call::LinkCareContext {
                care_context: recorded.stream.clone(),
                link_token: link_token.clone(),
            },
        }],
        CareContextEvent::Linked { visit, reference, hi_types, .. } => {
            vec![Task::MarkVisitLinked {
                visit: visit.clone(),
                care_context: reference.clone(),
                hi_types: hi_types.clone(),
            }]
        }
        CareContextEvent::Registered { link_with: None, .. }
        | CareContextEvent::LinkRejected { .. } => vec![],
    }
}

pub(super) fn of_link_token(recorded: &Recorded<Event>, event: &LinkTokenEvent) -> Vec<Task> {
    match event {
        LinkTokenEvent::Requested { request_id, .. } => vec![Task::Call {
            request_id: *request_id,
            call: Call::GenerateToken { link_token: recorded.stream.clone() },
        }],
        LinkTokenEvent::Issued { waiting, .. } => (0..)
            .zip(waiting)
            .map(|(n, care_context)| request_link(recorded, care_context, n))
            .collect(),
        LinkTokenEvent::Reused { care_context } => vec![request_link(recorded, care_context, 0)],
        LinkTokenEvent::Awaited { .. } | LinkTokenEvent::Rejected { .. } => vec![],
    }
}

fn request_link(recorded: &Recorded<Event>, care_context: &StreamId, n: u32) -> Task {
    Task::RequestLink {
        care_context: care_context.clone(),
        link_token: recorded.stream.clone(),
        request_id: request_id(recorded, n),
    }
}
