use chrono::{TimeZone, Utc};
use hip_domain::id::{ConsentId, EventId, TransactionId};
use hip_domain::inbound::{DirectReply, InboundEvent};
use hip_domain::outbound::Call;
use hip_domain::stream::StreamId;
use uuid::Uuid;

use super::*;
use crate::log::dispatch::DispatchError;
use crate::tasks::{Lane, Task, TaskError};

fn recorded(event: Event, stream: &str) -> Recorded<Event> {
    Recorded {
        position: 7,
        stream: StreamId::stored(stream),
        version: 2,
        event_id: EventId(Uuid::from_u128(3)),
        recorded_at: Utc.with_ymd_and_hms(2026, 9, 14, 7, 0, 0).unwrap(),
        correlation: Uuid::from_u128(4),
        causation: None,
        subject: None,
        event,
    }
}

fn notified() -> Recorded<Event> {
    let consent_id = ConsentId::parse("c-1").unwrap();
    let owed = Some(DirectReply::ConsentOnNotify { consent_id, error: None });
    recorded(
        Event::Inbound(InboundEvent::Interpreted { owed }),
        "in-gateway-00000000-0000-4000-8000-000000000127",
    )
}

#[test]
fn the_same_event_leads_to_the_same_call_under_the_same_id() {
    assert_eq!(react(&notified()), react(&notified()));
    assert_eq!(react(&notified())[0].key(), "pm:7:0");
}

#[test]
fn a_consent_notification_is_acknowledged_to_the_request_that_brought_it() {
    let due = react(&notified());
    let Task::Call { call: Call::ConsentOnNotify { in_reply_to, .. }, .. } = &due[0].task else {
        panic!("{due:?}");
    };
    assert_eq!(in_reply_to.to_string(), "00000000-0000-4000-8000-000000000127");
}

#[test]
fn a_message_that_was_not_understood_leads_to_nothing() {
    let failed =
        InboundEvent::Failed { field: "patient".into(), expected: "an object".into(), owed: None };
    let stream = "in-gateway-00000000-0000-4000-8000-000000000127";
    assert_eq!(react(&recorded(Event::Inbound(failed), stream)), vec![]);
}

#[test]
fn ends_of_consents_go_first_and_pages_have_their_own_lane() {
    let acknowledged = &react(&notified())[0].task;
    assert!(is_urgent(&notified(), acknowledged));
    assert_eq!(acknowledged.lane(), Lane::Gateway);
    let transaction = TransactionId::parse("t-1").unwrap();
    let call = Call::PushPage { transaction, page: 0 };
    let push = Task::Call { request_id: request_id(&notified(), 0), call };
    assert!(!is_urgent(&notified(), &push));
    assert_eq!(push.lane(), Lane::Push);
}

#[test]
fn events_of_a_newer_program_are_left_to_it() {
    let decode = |name, version, clear: &str| Event::decode(name, version, clear.as_bytes());
    let kept = r#"{"visit.foreseen":{}}"#;
    for (name, version) in [("visit.foreseen", 1), ("visit.recorded", 2), ("seen.foreseen", 1)] {
        let error = decode(name, version, kept).unwrap_err();
        assert!(matches!(TaskError::from(error), TaskError::Newer { .. }), "{name} {version}");
    }
    let damaged = decode("visit.recorded", 1, r#"{"visit.recorded":{}}"#).unwrap_err();
    assert!(matches!(TaskError::from(damaged), TaskError::Never { .. }));
    let in_a_stream = decode("visit.foreseen", 1, kept).unwrap_err();
    let error = DispatchError::<std::fmt::Error>::Undecodable(Box::new(in_a_stream));
    assert!(matches!(TaskError::from(error), TaskError::Newer { .. }));
}
