use chrono::{TimeZone, Utc};
use uuid::Uuid;

use super::*;
use crate::id::{ClientName, EventId, FacilityId, ReplayId, RequestId, TransactionId};
use crate::replay::{Ordered, Policy};
use crate::spec::given;

fn call() -> Call {
    Call::NotifyTransfer { transaction: TransactionId::parse("t-1").unwrap() }
}

fn attempt() -> OutboundCommand {
    let facility = FacilityId::parse("IN1").unwrap();
    OutboundCommand::Attempt { call: call(), facility, sent: None }
}

fn planned() -> OutboundEvent {
    OutboundEvent::Planned { call: call(), facility: FacilityId::parse("IN1").unwrap() }
}

fn attempted(attempt: u32) -> OutboundEvent {
    OutboundEvent::Attempted { attempt, sent: None }
}

fn abandoned(status: Option<u16>) -> OutboundEvent {
    let reason = "no".to_owned();
    OutboundEvent::Abandoned { call: call(), status, code: None, reason, awaits_trust: false }
}

/// A replay command and its event, with the new request id `renewed` or without.
fn replay(renewed: Option<RequestId>) -> (OutboundCommand, OutboundEvent) {
    let replay = Ordered {
        replay: ReplayId(Uuid::from_u128(1)),
        policy: Policy::Safe,
        by: ClientName::parse("desk").unwrap(),
        why: None,
    };
    let answers = EventId(Uuid::from_u128(2));
    let command = OutboundCommand::Replay { replay: replay.clone(), answers, renewed };
    (command, OutboundEvent::ReplayRequested { call: call(), replay, answers, renewed })
}

/// The state after these events.
fn after(events: impl IntoIterator<Item = OutboundEvent>) -> Outbound {
    let mut state = Outbound::default();
    events.into_iter().for_each(|event| state.evolve(event));
    state
}

#[test]
fn only_a_peers_own_no_is_a_refusal() {
    for (status, standing) in [
        (Some(400), CallOutcome::Refused),
        (Some(429), CallOutcome::Unknown),
        (Some(503), CallOutcome::Unknown),
        (None, CallOutcome::Unknown),
    ] {
        let state = after([planned(), attempted(1), abandoned(status)]);
        assert_eq!(state.standing(), Some(standing), "{status:?}");
    }
}

#[test]
fn an_uncertain_call_is_retried_like_a_lost_one() {
    let (command, requested) = replay(None);
    let before = [planned(), attempted(1), abandoned(None)];
    given::<Outbound>(before.clone()).when(command).then([requested.clone()]);
    let state = after(before.into_iter().chain([requested]));
    assert!(matches!(state, Outbound::Attempted { .. }), "a duplicate is then the news of arrival");
}

#[test]
fn a_call_resent_under_a_new_id_keeps_its_old_result() {
    let (command, requested) = replay(Some(RequestId(Uuid::from_u128(3))));
    let before = [planned(), attempted(1), abandoned(Some(400))];
    given::<Outbound>(before.clone()).when(command).then([requested.clone()]);
    let state = after(before.into_iter().chain([requested]));
    assert_eq!(state.standing(), Some(CallOutcome::Refused));
}

#[test]
fn a_call_is_planned_once() {
    let facility = FacilityId::parse("IN1").unwrap();
    given::<Outbound>([planned()]).when(OutboundCommand::Plan { call: call(), facility }).then([]);
}

#[test]
fn a_crash_between_attempt_and_outcome_leads_to_another_attempt() {
    given::<Outbound>([planned(), attempted(1)]).when(attempt()).then([attempted(2)]);
}

#[test]
fn a_failed_attempt_is_counted() {
    let next_at = Utc.with_ymd_and_hms(2026, 9, 14, 7, 0, 0).unwrap();
    let failed = OutboundEvent::Failed { attempt: 1, status: Some(503), code: None, next_at };
    given::<Outbound>([planned(), attempted(1), failed]).when(attempt()).then([attempted(2)]);
}

#[test]
fn a_call_without_an_answer_may_have_arrived_and_one_that_was_refused_has_not() {
    let next_at = Utc.with_ymd_and_hms(2026, 9, 14, 7, 0, 0).unwrap();
    let failed = |status| OutboundEvent::Failed { attempt: 1, status, code: None, next_at };
    for status in [None, Some(503), Some(504)] {
        let state = after([planned(), attempted(1), failed(status)]);
        assert!(matches!(state, Outbound::Attempted { attempts: 1, .. }), "{status:?}");
    }
    let state = after([planned(), attempted(1), failed(Some(401))]);
    assert!(matches!(state, Outbound::Planned { attempts: 1, .. }));
}

#[test]
fn an_accepted_call_stays_accepted() {
    let accepted = OutboundEvent::Accepted { call: call(), status: 202 };
    given::<Outbound>([planned(), attempted(1), accepted])
        .when(OutboundCommand::Accept { status: 202 })
        .then([]);
}

#[test]
fn a_first_attempt_plans_the_call_in_the_same_append() {
    given::<Outbound>([]).when(attempt()).then([planned(), attempted(1)]);
}

#[test]
fn nothing_is_accepted_that_was_not_planned() {
    given::<Outbound>([])
        .when(OutboundCommand::Accept { status: 202 })
        .then_refused(&OutboundError::Absent);
}
