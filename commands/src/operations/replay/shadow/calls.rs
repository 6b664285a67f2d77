//! Compares the calls that result from a difference with the recorded calls.

use hip_domain::event::Event;
use hip_domain::id::RequestId;
use hip_domain::outbound::{Call, OutboundEvent, Sent};

use super::finding::CallFound;
use crate::log::codec;
use crate::operations::replay::comparison::{How, compare};
use crate::operations::replay::dry_run::Made;
use crate::port::log::StoredEvent;
use crate::tasks::TaskError;

/// A recorded call.
pub(super) struct Was {
    call: Call,
    request_id: RequestId,
    sent: Option<Sent>,
}

/// The calls in these events, in order.
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

/// Pairs each new call with an equal recorded call, else with one of its kind. `again` has the calls of the second
/// run.
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

#[cfg(test)]
mod tests {
    use hip_domain::id::TransactionId;

    use super::*;
    use crate::operations::replay::comparison::Difference;

    fn answer(n: u128) -> Call {
        let in_reply_to = RequestId(uuid::Uuid::from_u128(n));
        Call::OnDiscover {
            transaction: TransactionId::parse("t").unwrap(),
            error: None,
            in_reply_to,
        }
    }

    fn sent(members: &[(&str, &str)]) -> Sent {
        let members = members.iter().map(|(p, h)| ((*p).to_owned(), (*h).to_owned())).collect();
        Sent { target: "/x".to_owned(), members }
    }

    fn made(call: Call, members: &[(&str, &str)]) -> Made {
        Made { call, sent: Some(sent(members)) }
    }

    fn was(call: Call, members: &[(&str, &str)]) -> Was {
        Was { call, request_id: RequestId(uuid::Uuid::from_u128(9)), sent: Some(sent(members)) }
    }

    #[test]
    fn a_call_is_compared_with_the_one_that_was_made_and_what_is_random_is_left_out() {
        let then = vec![was(answer(1), &[("$.a", "1"), ("$.at", "2")])];
        let would = [made(answer(1), &[("$.a", "3"), ("$.at", "4")])];
        let again = [made(answer(1), &[("$.a", "3"), ("$.at", "5")])];
        let [found] = &paired(then, &would, &again)[..] else { panic!("one call") };
        assert_eq!((found.how, found.request_id.is_some()), (Some(How::Changed), true));
        let changed = Difference { path: "$.a".to_owned(), how: How::Changed };
        assert_eq!(found.members, [changed]);
    }

    #[test]
    fn calls_that_have_no_counterpart_are_added_or_removed() {
        let how = |found: &[CallFound]| found.iter().map(|call| call.how).collect::<Vec<_>>();
        assert_eq!(how(&paired(vec![], &[made(answer(1), &[])], &[])), [Some(How::Added)]);
        assert_eq!(how(&paired(vec![was(answer(1), &[])], &[], &[])), [Some(How::Removed)]);
        let suppressed = Made { call: answer(1), sent: None };
        assert_eq!(
            how(&paired(vec![was(answer(1), &[])], &[suppressed], &[])),
            [Some(How::Removed)]
        );
        let alike = [made(answer(2), &[])];
        assert_eq!(how(&paired(vec![was(answer(1), &[])], &alike, &[])), [None]);
    }
}
