use chrono::{TimeZone, Utc};

use super::*;
use crate::id::{FacilityId, TransactionId};
use crate::spec::given;

fn call() -> Call {
    Call::NotifyTransfer { transaction: TransactionId::parse("t-1").unwrap() }
}

fn attempt() -> OutboundCommand {
    OutboundCommand::Attempt { call: call(), facility: FacilityId::parse("IN1").unwrap() }
}

fn planned() -> OutboundEvent {
    OutboundEvent::Planned { call: call(), facility: FacilityId::parse("IN1").unwrap() }
}

#[test]
fn a_call_is_planned_once() {
    let facility = FacilityId::parse("IN1").unwrap();
    given::<Outbound>([planned()]).when(OutboundCommand::Plan { call: call(), facility }).then([]);
}

#[test]
fn a_crash_between_attempt_and_outcome_leads_to_another_attempt() {
    given::<Outbound>([planned(), OutboundEvent::Attempted { attempt: 1 }])
        .when(attempt())
        .then([OutboundEvent::Attempted { attempt: 2 }]);
}

#[test]
fn a_failed_attempt_is_counted() {
    let next_at = Utc.with_ymd_and_hms(2026, 9, 14, 7, 0, 0).unwrap();
    let failed = OutboundEvent::Failed { attempt: 1, status: Some(503), code: None, next_at };
    given::<Outbound>([planned(), OutboundEvent::Attempted { attempt: 1 }, failed])
        .when(attempt())
        .then([OutboundEvent::Attempted { attempt: 2 }]);
}

#[test]
fn an_accepted_call_stays_accepted() {
    let accepted = OutboundEvent::Accepted { call: call(), status: 202 };
    given::<Outbound>([planned(), OutboundEvent::Attempted { attempt: 1 }, accepted])
        .when(OutboundCommand::Accept { status: 202 })
        .then([]);
}

#[test]
fn a_first_attempt_plans_the_call_in_the_same_append() {
    given::<Outbound>([])
        .when(attempt())
        .then([planned(), OutboundEvent::Attempted { attempt: 1 }]);
}

#[test]
fn nothing_is_accepted_that_was_not_planned() {
    given::<Outbound>([])
        .when(OutboundCommand::Accept { status: 202 })
        .then_refused(&OutboundError::Absent);
}
