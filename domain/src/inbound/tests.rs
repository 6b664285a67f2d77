use uuid::Uuid;

use super::*;
use crate::id::{ClientName, EventId, ReplayId};
use crate::replay::{Ordered, Policy};
use crate::spec::given;

fn failed() -> InboundEvent {
    InboundEvent::Failed { field: "patient".into(), expected: "an object".into(), owed: None }
}

fn order(n: u128) -> Ordered {
    Ordered {
        replay: ReplayId(Uuid::from_u128(n)),
        policy: Policy::Safe,
        by: ClientName::parse("desk").unwrap(),
        why: None,
    }
}

fn replay(n: u128) -> (InboundCommand, InboundEvent) {
    let answers = EventId(Uuid::from_u128(n));
    let command = InboundCommand::Replay { replay: order(n), answers };
    (command, InboundEvent::ReplayRequested { replay: order(n), answers })
}

#[test]
fn an_ended_message_is_interpreted_again_only_after_a_replay() {
    let interpret = || InboundCommand::Interpret { owed: None };
    given::<Inbound>([failed()]).when(interpret()).then([]);
    given::<Inbound>([failed(), replay(1).1])
        .when(interpret())
        .then([InboundEvent::Interpreted { owed: None }]);
}

#[test]
fn a_replay_is_replayed() {
    let (again, expected) = replay(2);
    given::<Inbound>([failed(), replay(1).1, failed()]).when(again).then([expected]);
}

#[test]
fn nothing_is_replayed_that_never_came() {
    given::<Inbound>([]).when(replay(1).0).then_refused(&InboundError::Absent);
}
