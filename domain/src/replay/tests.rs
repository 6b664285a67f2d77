use uuid::Uuid;

use super::*;
use crate::spec::given;

fn desk() -> ClientName {
    ClientName::parse("desk").unwrap()
}

fn ordered() -> ReplayEvent {
    let replay = ReplayId(Uuid::from_u128(1));
    ReplayEvent::Ordered {
        order: Ordered { replay, policy: Policy::Safe, by: desk(), why: None },
        selection: Box::default(),
        item_count: 2,
        rate_per_s: None,
    }
}

#[test]
fn a_paused_order_goes_on_and_a_cancelled_one_never() {
    let paused = ReplayEvent::Paused { by: desk() };
    let resume = || ReplayCommand::Resume { by: desk() };
    given::<Replay>([ordered(), paused.clone()])
        .when(resume())
        .then([ReplayEvent::Resumed { by: desk() }]);
    let cancelled = ReplayEvent::Cancelled { by: desk() };
    given::<Replay>([ordered(), paused, cancelled]).when(resume()).then_refused(&ReplayError::Over);
}

#[test]
fn a_wish_that_is_repeated_changes_nothing() {
    let paused = ReplayEvent::Paused { by: desk() };
    let pause = ReplayCommand::Pause { by: desk() };
    given::<Replay>([ordered(), paused]).when(pause).then([]);
    let cancelled = ReplayEvent::Cancelled { by: desk() };
    let complete = ReplayCommand::Complete { tally: Tally::default() };
    given::<Replay>([ordered(), cancelled.clone()]).when(complete).then([]);
    let cancel = ReplayCommand::Cancel { by: desk() };
    given::<Replay>([ordered(), cancelled]).when(cancel).then([]);
}

#[test]
fn nothing_is_wished_of_an_order_that_was_never_given() {
    let cancel = ReplayCommand::Cancel { by: desk() };
    given::<Replay>([]).when(cancel).then_refused(&ReplayError::Absent);
}
