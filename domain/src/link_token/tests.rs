use chrono::TimeZone;
use uuid::Uuid;

use super::*;
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
        now,
    }
}

fn requested(name: &str, n: u128) -> LinkTokenEvent {
    LinkTokenEvent::Requested {
        facility: FacilityId::parse("IN1").unwrap(),
        subject: SubjectId(Uuid::from_u128(1)),
        request_id: request(n),
        care_context: context(name),
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
        .then([LinkTokenEvent::Reused { care_context: context("b") }]);
}

#[test]
fn an_expired_token_is_asked_for_anew() {
    given::<LinkToken>([requested("a", 1), issued(1, now(), &["a"])])
        .when(need("b", 2, now() + TimeDelta::seconds(1)))
        .then([requested("b", 2)]);
}

#[test]
fn an_answer_to_another_request_is_not_taken() {
    given::<LinkToken>([requested("a", 1)]).when(issue(9, None)).then([]);
}

#[test]
fn a_repeated_answer_changes_nothing() {
    given::<LinkToken>([requested("a", 1), issued(1, now(), &["a"])]).when(issue(1, None)).then([]);
}
