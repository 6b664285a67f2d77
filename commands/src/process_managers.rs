//! Process managers: derive tasks from events, without side effects.
//!
//! One file for each conversation. Tasks are stored in the transaction that stores the event, so none is lost and none
//! is derived twice.

pub(crate) mod answers;
mod documents;
mod erasure;
mod linking;
mod outbound;
mod transfer;
mod user_link;

use hip_domain::event::Event;
use hip_domain::id::RequestId;
use hip_domain::inbound::{CallbackKind, InboundEvent};
use hip_domain::outbound::Call;
use hip_domain::recorded::Recorded;

use crate::tasks::{Cause, Due, Planned, Task};

/// All tasks that result from an event.
pub fn react(recorded: &Recorded<Event>) -> Vec<Due> {
    let cause = Cause {
        position: recorded.position,
        event_id: recorded.event_id,
        correlation: recorded.correlation,
        subject: recorded.subject,
    };
    let due = |(ordinal, planned): (u32, Planned)| Due {
        task: planned.task,
        cause: cause.clone(),
        ordinal,
        is_drafted: false,
        at: planned.at,
    };
    (0..).zip(planned(recorded)).map(due).collect()
}

/// Whether a task takes precedence in its lane: it may end a consent, or acknowledges that one ended. No page may be
/// sent after that acknowledgement, so the task must not wait behind pages.
pub const fn is_urgent(recorded: &Recorded<Event>, task: &Task) -> bool {
    match (&recorded.event, task) {
        (Event::Inbound(InboundEvent::Received(received)), Task::Interpret { .. }) => {
            matches!(received.kind, CallbackKind::ConsentNotify | CallbackKind::PatientStatus)
        }
        (
            _,
            Task::Call { call: Call::ConsentOnNotify { .. }, .. }
            | Task::StopTransfer { .. }
            | Task::Erase { .. },
        ) => true,
        (_, _) => false,
    }
}

fn planned(recorded: &Recorded<Event>) -> Vec<Planned> {
    match &recorded.event {
        Event::Inbound(event) => answers::of_inbound(recorded, event),
        Event::Outbound(event) => outbound::of_outbound(recorded, event),
        Event::Visit(event) => documents::of_visit(recorded, event),
        Event::CareContext(event) => linking::of_care_context(recorded, event),
        Event::LinkToken(event) => linking::of_link_token(recorded, event),
        Event::Discovery(event) => answers::of_discovery(recorded, event),
        Event::Transfer(event) => transfer::of_transfer(recorded, event),
        Event::UserLink(event) => user_link::of_user_link(recorded, event),
        Event::ProfileShare(event) => answers::of_profile_share(recorded, event),
        Event::Subject(event) => erasure::of_subject(recorded, event),
        Event::Hiu(event) => transfer::of_hiu(event),
        Event::Identity(_)
        | Event::Patient(_)
        | Event::Consent(_)
        | Event::OtpLimit(_)
        | Event::Access(_)
        | Event::Facility(_)
        | Event::Replay(_)
        | Event::ReplaySwitch(_) => vec![],
    }
}

/// The request id of the `n`th call that an event leads to.
fn request_id(recorded: &Recorded<Event>, n: u32) -> RequestId {
    RequestId::caused_by(recorded.event_id, n)
}

#[cfg(test)]
mod tests;
