//! Links a care context: requests a token, sends the link request, marks the visit. Also handles refusals and missing
//! replies.

use chrono::TimeDelta;
use hip_domain::care_context::{CareContextEvent, CareContextFacts};
use hip_domain::event::Event;
use hip_domain::id::RequestId;
use hip_domain::link_token::LinkTokenEvent;
use hip_domain::outbound::Call;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;

use super::request_id;
use crate::operations::abdm_error::OwnCode;
use crate::tasks::{Planned, Task};

/// Time to wait for a callback. It usually arrives within seconds; a refused callback is sent again after 15 minutes.
/// After 20 minutes none will come: the gateway accepts calls with a wrong facility id and never replies.
const ANSWER_WAIT: TimeDelta = TimeDelta::minutes(20);

pub(super) fn of_care_context(
    recorded: &Recorded<Event>,
    event: &CareContextEvent,
) -> Vec<Planned> {
    let care_context = recorded.stream.clone();
    match event {
        CareContextEvent::Registered { facts, link_with: Some(link_token), .. } => {
            vec![need_token(recorded, facts, link_token).into()]
        }
        CareContextEvent::Registered { link_with: None, hi_types, .. } if !hi_types.is_empty() => {
            vec![Task::OfferBySms { care_context, request_id: request_id(recorded, 0) }.into()]
        }
        CareContextEvent::LinkRequested { request_id, link_token, .. } => {
            let call = Call::LinkCareContext {
                care_context: care_context.clone(),
                link_token: link_token.clone(),
            };
            let code = OwnCode::NoAnswer.into();
            let silence = Task::RejectLink { care_context, request_id: *request_id, code };
            vec![
                Task::Call { request_id: *request_id, call }.into(),
                silence.at(recorded.recorded_at + ANSWER_WAIT),
            ]
        }
        CareContextEvent::Linked { visit, reference, hi_types, .. } => {
            let task = Task::MarkVisitLinked {
                visit: visit.clone(),
                care_context: reference.clone(),
                hi_types: hi_types.clone(),
            };
            vec![task.into()]
        }
        CareContextEvent::LinkRejected { retry: Some(retry), .. } => {
            let task = Task::RetryLink {
                care_context,
                link_token: retry.link_token.clone(),
                drop: retry.drop,
                request_id: request_id(recorded, 0),
            };
            vec![task.at(retry.at)]
        }
        CareContextEvent::ChangedAfterLink { hi_types } => {
            let call =
                Call::ContextNotify { care_context, hi_types: hi_types.clone(), refusals: 0 };
            vec![Task::Call { request_id: request_id(recorded, 0), call }.into()]
        }
        CareContextEvent::SmsRequested { request_id } => {
            let call = Call::SmsNotify { care_context, refusals: 0 };
            vec![Task::Call { request_id: *request_id, call }.into()]
        }
        CareContextEvent::Registered { link_with: None, .. }
        | CareContextEvent::LinkRejected { retry: None, .. }
        | CareContextEvent::LinkFailed { .. } => vec![],
    }
}

fn need_token(recorded: &Recorded<Event>, facts: &CareContextFacts, link_token: &StreamId) -> Task {
    Task::NeedLinkToken {
        link_token: link_token.clone(),
        care_context: recorded.stream.clone(),
        facility: facts.facility.clone(),
        subject: facts.subject,
        request_id: request_id(recorded, 0),
    }
}

pub(super) fn of_link_token(recorded: &Recorded<Event>, event: &LinkTokenEvent) -> Vec<Planned> {
    match event {
        LinkTokenEvent::Requested { request_id, .. } | LinkTokenEvent::Asked { request_id, .. } => {
            let link_token = recorded.stream.clone();
            let call = Call::GenerateToken { link_token: link_token.clone() };
            let silence = Task::RejectLinkToken {
                link_token,
                request_id: *request_id,
                code: OwnCode::NoAnswer.into(),
                counted: true,
            };
            vec![
                Task::Call { request_id: *request_id, call }.into(),
                silence.at(recorded.recorded_at + ANSWER_WAIT),
            ]
        }
        LinkTokenEvent::Issued { request_id: issued_by, waiting, .. } => (0..)
            .zip(waiting)
            .map(|(n, care_context)| request_link(recorded, care_context, n, Some(*issued_by)))
            .collect(),
        LinkTokenEvent::Reused { care_context, issued_by } => {
            vec![request_link(recorded, care_context, 0, *issued_by)]
        }
        LinkTokenEvent::Postponed { care_context, until, .. } => {
            vec![ask_again(recorded, care_context, 0).at(*until)]
        }
        LinkTokenEvent::Rejected { waiting, until: Some(until), .. } => (0..)
            .zip(waiting)
            .map(|(n, care_context)| ask_again(recorded, care_context, n).at(*until))
            .collect(),
        LinkTokenEvent::Rejected { waiting, until: None, code, .. } => waiting
            .iter()
            .map(|care_context| {
                let (care_context, code) = (care_context.clone(), code.clone());
                Task::FailLink { care_context, code }.into()
            })
            .collect(),
        LinkTokenEvent::Awaited { .. }
        | LinkTokenEvent::Dropped { .. }
        | LinkTokenEvent::Purged {} => vec![],
    }
}

fn request_link(
    recorded: &Recorded<Event>,
    care_context: &StreamId,
    n: u32,
    issued_by: Option<RequestId>,
) -> Planned {
    let task = Task::RequestLink {
        care_context: care_context.clone(),
        link_token: recorded.stream.clone(),
        request_id: request_id(recorded, n),
        issued_by,
    };
    task.into()
}

/// Requests a token for a care context again, under a new request id.
fn ask_again(recorded: &Recorded<Event>, care_context: &StreamId, n: u32) -> Task {
    Task::RetryLink {
        care_context: care_context.clone(),
        link_token: recorded.stream.clone(),
        drop: None,
        request_id: request_id(recorded, n),
    }
}
