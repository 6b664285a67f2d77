use chrono::TimeZone;
use uuid::Uuid;

use super::*;
use crate::id::{ErrorCode, FacilityId};
use crate::sensitive::Phi;
use crate::spec::given;

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 9, 14, 6, 0, 0).unwrap()
}

fn context(name: &str) -> StreamId {
    StreamId::stored(name)
}

fn request(n: u128) -> RequestId {
    RequestId(Uuid::from_u128(n))
}

fn need(name: &str, n: u128, now: DateTime<Utc>) -> LinkTokenCommand {
    LinkTokenCommand::Need {
        care_context: context(name),
        facility: FacilityId::parse("IN1").unwrap(),
        subject: SubjectId(Uuid::from_u128(1)),
        request_id: request(n),
        limits: TokenLimits::default(),
        now,
    }
}

fn reject(n: u128, code: &'static str, refusal: Refusal) -> LinkTokenCommand {
    LinkTokenCommand::Reject {
        request_id: request(n),
        code: ErrorCode::parse(code).unwrap(),
        refusal,
        counted: true,
        limits: TokenLimits::default(),
        now: now() + TimeDelta::minutes(1),
    }
}

fn rejected(n: u128, code: &'static str, until: Option<DateTime<Utc>>) -> LinkTokenEvent {
    LinkTokenEvent::Rejected {
        request_id: request(n),
        code: ErrorCode::parse(code).unwrap(),
        waiting: vec![context("a")],
        until,
        counted: true,
    }
}

fn requested(name: &str, n: u128) -> LinkTokenEvent {
    LinkTokenEvent::Requested {
        facility: FacilityId::parse("IN1").unwrap(),
        subject: SubjectId(Uuid::from_u128(1)),
        request_id: request(n),
        care_context: context(name),
        at: Some(now()),
    }
}

fn issued(n: u128, expires_at: DateTime<Utc>, waiting: &[&str]) -> LinkTokenEvent {
    LinkTokenEvent::Issued {
        request_id: request(n),
        expires_at,
        waiting: waiting.iter().map(|name| context(name)).collect(),
        token: Sealed::Open(Phi::new("jwt".to_owned())),
    }
}

fn issue(n: u128, expires_at: Option<DateTime<Utc>>) -> LinkTokenCommand {
    let token = Phi::new("jwt".to_owned());
    LinkTokenCommand::Issue { request_id: request(n), token, expires_at, now: now() }
}

#[test]
fn a_second_care_context_waits_for_the_same_answer() {
    given::<LinkToken>([requested("a", 1)])
        .when(need("b", 2, now()))
        .then([LinkTokenEvent::Awaited { care_context: context("b") }]);
}

#[test]
fn the_answer_names_everyone_who_waited_and_is_capped_at_ninety_days() {
    let awaited = LinkTokenEvent::Awaited { care_context: context("b") };
    given::<LinkToken>([requested("a", 1), awaited])
        .when(issue(1, Some(now() + TimeDelta::days(182))))
        .then([issued(1, now() + TOKEN_AGE_MAX, &["a", "b"])]);
}

#[test]
fn a_token_that_is_still_good_is_used_again() {
    given::<LinkToken>([requested("a", 1), issued(1, now() + TimeDelta::days(1), &["a"])])
        .when(need("b", 2, now()))
        .then([LinkTokenEvent::Reused { care_context: context("b"), issued_by: Some(request(1)) }]);
}

#[test]
fn an_expired_token_is_asked_for_anew() {
    let later = now() + TimeDelta::minutes(8);
    let mut again = requested("b", 2);
    if let LinkTokenEvent::Requested { at, .. } = &mut again {
        *at = Some(later);
    }
    given::<LinkToken>([requested("a", 1), issued(1, now(), &["a"])])
        .when(need("b", 2, later))
        .then([again]);
}

#[test]
fn an_answer_to_another_request_is_not_taken() {
    given::<LinkToken>([requested("a", 1)]).when(issue(9, None)).then([]);
}

#[test]
fn a_repeated_answer_changes_nothing() {
    given::<LinkToken>([requested("a", 1), issued(1, now(), &["a"])]).when(issue(1, None)).then([]);
}

#[test]
fn nothing_is_asked_within_seven_minutes_of_the_last_request() {
    let postponed = LinkTokenEvent::Postponed {
        care_context: context("b"),
        until: now() + TimeDelta::minutes(7),
        why: Hold::DuplicateWindow,
    };
    given::<LinkToken>([requested("a", 1), issued(1, now(), &["a"])])
        .when(need("b", 2, now() + TimeDelta::minutes(6)))
        .then([postponed]);
}

#[test]
fn after_a_block_everyone_asks_again_a_day_later() {
    let day = TimeDelta::hours(24);
    let until = now() + TimeDelta::minutes(1) + day;
    given::<LinkToken>([requested("a", 1)])
        .when(reject(1, "ABDM-1027", Refusal::Hold(day)))
        .then([rejected(1, "ABDM-1027", Some(until))]);
}

#[test]
fn data_that_do_not_match_are_not_sent_again() {
    given::<LinkToken>([requested("a", 1)])
        .when(reject(1, "ABDM-1207", Refusal::Final))
        .then([rejected(1, "ABDM-1207", None)]);
}

#[test]
fn only_the_token_that_was_refused_is_dropped() {
    let history = [requested("a", 1), issued(1, now() + TimeDelta::days(1), &["a"])];
    given::<LinkToken>(history.clone())
        .when(LinkTokenCommand::Drop { issued_by: request(1) })
        .then([LinkTokenEvent::Dropped { issued_by: request(1) }]);
    given::<LinkToken>(history).when(LinkTokenCommand::Drop { issued_by: request(9) }).then([]);
}

#[test]
fn a_token_that_comes_after_we_gave_up_is_still_taken() {
    let given_up = rejected(1, "no-answer", Some(now() + TimeDelta::minutes(20)));
    given::<LinkToken>([requested("a", 1), given_up])
        .when(issue(1, Some(now() + TimeDelta::days(1))))
        .then([issued(1, now() + TimeDelta::days(1), &[])]);
}
