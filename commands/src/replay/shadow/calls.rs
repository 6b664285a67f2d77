//! The calls that come of a difference, beside those that came of it.

use hip_domain::event::Event;
use hip_domain::id::RequestId;
use hip_domain::outbound::{Call, OutboundEvent, Sent};

use super::finding::CallFound;
use crate::codec;
use crate::port::log::StoredEvent;
use crate::replay::comparison::{How, compare};
use crate::replay::rehearsal::Made;
use crate::task::TaskError;

/// A call that was made.
pub(super) struct Was {
    call: Call,
    request_id: RequestId,
    sent: Option<Sent>,
}

/// The calls behind what happened to them, in order.
pub(super) fn of(events: &[StoredEvent]) -> Result<Vec<Was>, TaskError> {
    let mut calls: Vec<Was> = vec![];
    for stored in events {
        let (Event::Outbound(event), Some(request_id)) =
            (codec::decode(stored)?.event, stored.stream.request_id())
        else {
            continue;
        };
        if let OutboundEvent::Planned { call, .. } = event {
            calls.push(Was { call, request_id, sent: None });
        } else if let OutboundEvent::Attempted { sent, .. } = event
            && let Some(was) = calls.iter_mut().find(|was| was.request_id == request_id)
        {
            was.sent = sent;
        }
    }
    Ok(calls)
}

/// Pairs the calls that would be made with those that were: the same, or one of its kind. `again` is what a
/// second play would send.
pub(super) fn paired(mut was: Vec<Was>, would: &[Made], again: &[Made]) -> Vec<CallFound> {
    let mut found = vec![];
    for (n, made) in would.iter().enumerate() {
        let same = was.iter().position(|was| was.call == made.call);
        let alike = || was.iter().position(|was| was.call.kind() == made.call.kind());
        let was = same.or_else(alike).map(|place| was.remove(place));
        found.push(one(was, made, again.get(n)));
    }
    found.extend(was.into_iter().map(|was| CallFound {
        kind: was.call.kind().to_owned(),
        request_id: Some(was.request_id),
        how: Some(How::Removed),
        members: vec![],
    }));
    found
}

fn one(was: Option<Was>, made: &Made, again: Option<&Made>) -> CallFound {
    let kind = made.call.kind().to_owned();
    let Some(was) = was else {
        return CallFound { kind, request_id: None, how: Some(How::Added), members: vec![] };
    };
    let mut members = match (&was.sent, &made.sent) {
        (Some(was), Some(would)) => compare(was, would),
        (_, _) => vec![],
    };
    if let (Some(would), Some(again)) = (&made.sent, again.and_then(|again| again.sent.as_ref())) {
        let random = compare(would, again);
        members.retain(|member| random.iter().all(|random| random.path != member.path));
    }
    let how = match (&was.sent, &made.sent) {
        (Some(_), None) => Some(How::Removed),
        (_, _) => (!members.is_empty()).then_some(How::Changed),
    };
    CallFound { kind, request_id: Some(was.request_id), how, members }
}
