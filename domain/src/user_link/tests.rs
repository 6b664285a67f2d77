use chrono::TimeZone;
use uuid::Uuid;

use super::*;
use crate::id::{CareContextReference, FacilityId, LinkReference, SubjectId, TransactionId};
use crate::spec::given;
use crate::stream::StreamId;

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 9, 14, 6, 0, 0).unwrap()
}

fn request(n: u128) -> RequestId {
    RequestId(Uuid::from_u128(n))
}

fn facts() -> UserLinkFacts {
    UserLinkFacts {
        reference: LinkReference(Uuid::from_u128(9)),
        transaction: TransactionId::parse("t-1").unwrap(),
        request_id: request(1),
        facility: FacilityId::parse("IN1").unwrap(),
        subject: SubjectId(Uuid::from_u128(2)),
        chosen: vec![Chosen {
            stream: StreamId::stored("care-context-in1-x"),
            reference: CareContextReference::parse("300").unwrap(),
            hi_types: vec![crate::hi_type::HiType::Prescription],
        }],
    }
}

fn digits(c: char) -> Pseudonym {
    Pseudonym::parse(c.to_string().repeat(64)).unwrap()
}

fn otp() -> Otp {
    Otp { digits: digits('a'), expires_at: now() + OTP_AGE_MAX }
}

fn waiting(wrong: u32) -> Vec<UserLinkEvent> {
    let mut events = vec![
        UserLinkEvent::Initiated { facts: facts() },
        UserLinkEvent::OtpIssued { otp: otp() },
        UserLinkEvent::OtpSent { request_id: request(1), transaction: facts().transaction },
    ];
    for n in 0..wrong {
        events.push(refused(n, OtpRefusal::Wrong, 2 - n));
    }
    events
}

fn refused(n: u32, why: OtpRefusal, tries_left: u32) -> UserLinkEvent {
    UserLinkEvent::Refused { request_id: request(u128::from(n)), why, tries_left }
}

fn confirm(n: u128, c: char, now: DateTime<Utc>) -> UserLinkCommand {
    UserLinkCommand::Confirm { request_id: request(n), digits: digits(c), now }
}

#[test]
fn the_right_otp_in_time_confirms() {
    given::<UserLink>(waiting(2))
        .when(confirm(5, 'a', now()))
        .then([UserLinkEvent::Confirmed { request_id: request(5) }]);
}

#[test]
fn a_wrong_otp_may_be_tried_again_twice() {
    given::<UserLink>(waiting(0)).when(confirm(5, 'b', now())).then([refused(
        5,
        OtpRefusal::Wrong,
        2,
    )]);
    given::<UserLink>(waiting(2)).when(confirm(5, 'b', now())).then([refused(
        5,
        OtpRefusal::Wrong,
        0,
    )]);
}

#[test]
fn after_three_wrong_ones_the_right_otp_is_refused_too() {
    given::<UserLink>(waiting(3)).when(confirm(5, 'a', now())).then([refused(
        5,
        OtpRefusal::Void,
        0,
    )]);
}

#[test]
fn an_otp_is_good_for_ten_minutes() {
    given::<UserLink>(waiting(0)).when(confirm(5, 'a', now() + OTP_AGE_MAX)).then([refused(
        5,
        OtpRefusal::Expired,
        0,
    )]);
}

#[test]
fn a_confirmation_that_comes_again_is_answered_again() {
    let mut history = waiting(0);
    history.push(UserLinkEvent::Confirmed { request_id: request(5) });
    history.push(UserLinkEvent::Linked { facts: facts(), confirmed_by: request(5) });
    given::<UserLink>(history)
        .when(confirm(6, 'a', now() + OTP_AGE_MAX))
        .then([UserLinkEvent::Confirmed { request_id: request(6) }]);
}

#[test]
fn an_otp_that_was_not_sent_is_replaced_after_a_crash() {
    let history =
        [UserLinkEvent::Initiated { facts: facts() }, UserLinkEvent::OtpIssued { otp: otp() }];
    let newer = Otp { digits: digits('c'), expires_at: now() + OTP_AGE_MAX };
    given::<UserLink>(history)
        .when(UserLinkCommand::IssueOtp { digits: digits('c'), now: now() })
        .then([UserLinkEvent::OtpIssued { otp: newer }]);
}

#[test]
fn without_a_text_message_there_is_nothing_to_confirm() {
    let failed = UserLinkEvent::OtpFailed {
        request_id: request(1),
        transaction: facts().transaction,
        reason: "away".into(),
        code: None,
    };
    given::<UserLink>([UserLinkEvent::Initiated { facts: facts() }, failed])
        .when(confirm(5, 'a', now()))
        .then([refused(5, OtpRefusal::Void, 0)]);
}
