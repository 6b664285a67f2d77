use chrono::TimeZone;

use super::*;
use crate::spec::given;

const LIMITS: OtpLimits = OtpLimits {
    cooldown: TimeDelta::seconds(30),
    per_hour_max: 3,
    wrong_max: 2,
    lock: TimeDelta::minutes(30),
};

fn at(seconds: i64) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 9, 14, 6, 0, 0).unwrap() + TimeDelta::seconds(seconds)
}

fn link(n: u128) -> LinkReference {
    LinkReference(Uuid::from_u128(n))
}

fn request(n: u128) -> RequestId {
    RequestId(Uuid::from_u128(n))
}

fn counted(n: u128, seconds: i64) -> OtpLimitEvent {
    OtpLimitEvent::SendCounted { link: link(n), attempt: Uuid::from_u128(n), at: at(seconds) }
}

fn send(n: u128, seconds: i64) -> OtpLimitCommand {
    let (attempt, now) = (Uuid::from_u128(n), at(seconds));
    OtpLimitCommand::Send { link: link(n), attempt, limits: LIMITS, now }
}

fn tried(n: u128, seconds: i64) -> OtpLimitEvent {
    OtpLimitEvent::TryCounted { request_id: request(n), at: at(seconds) }
}

fn attempt_at(n: u128, seconds: i64) -> OtpLimitCommand {
    OtpLimitCommand::Try { request_id: request(n), limits: LIMITS, now: at(seconds) }
}

fn refused(history: Vec<OtpLimitEvent>, command: OtpLimitCommand) -> OtpLimitError {
    let mut limit = OtpLimit::default();
    for event in history {
        limit.evolve(event);
    }
    limit.decide(command).unwrap_err()
}

#[test]
fn two_links_need_a_pause_between_their_messages() {
    assert_eq!(refused(vec![counted(1, 0)], send(2, 29)), OtpLimitError::Cooldown);
    given::<OtpLimit>([counted(1, 0)]).when(send(2, 30)).then([counted(2, 30)]);
}

#[test]
fn a_message_that_is_repeated_for_its_link_needs_no_pause_but_counts() {
    given::<OtpLimit>([counted(1, 0)]).when(send(1, 2)).then([counted(1, 2)]);
    let history = vec![counted(1, 0), counted(1, 2), counted(1, 4)];
    assert_eq!(refused(history, send(1, 6)), OtpLimitError::TooMany);
}

#[test]
fn an_hour_has_room_for_so_many_messages_whatever_links_they_are_for() {
    let history = || vec![counted(1, 0), counted(2, 100), counted(3, 200)];
    assert_eq!(refused(history(), send(4, 3599)), OtpLimitError::TooMany);
    given::<OtpLimit>(history()).when(send(4, 3600)).then([counted(4, 3600)]);
}

#[test]
fn a_message_that_was_not_sent_does_not_count() {
    let back = OtpLimitEvent::SendTakenBack { attempt: Uuid::from_u128(1) };
    given::<OtpLimit>([counted(1, 0)])
        .when(OtpLimitCommand::TakeBack { attempt: Uuid::from_u128(1) })
        .then([back]);
    given::<OtpLimit>([counted(1, 0), back]).when(send(2, 1)).then([counted(2, 1)]);
}

#[test]
fn too_many_wrong_passwords_lock_sending_and_trying_for_a_while() {
    let history = || vec![tried(1, 0), tried(2, 10)];
    assert_eq!(refused(history(), attempt_at(3, 1809)), OtpLimitError::Locked);
    assert_eq!(refused(history(), send(1, 1809)), OtpLimitError::Locked);
    given::<OtpLimit>(history())
        .when(attempt_at(3, 1810))
        .then([OtpLimitEvent::TriesCleared {}, tried(3, 1810)]);
    given::<OtpLimit>(history()).when(send(1, 1810)).then([counted(1, 1810)]);
}

#[test]
fn a_right_password_ends_the_count() {
    given::<OtpLimit>([tried(1, 0)])
        .when(OtpLimitCommand::Clear)
        .then([OtpLimitEvent::TriesCleared {}]);
    given::<OtpLimit>([tried(1, 0), OtpLimitEvent::TriesCleared {}, tried(2, 5)])
        .when(attempt_at(3, 6))
        .then([tried(3, 6)]);
}

#[test]
fn a_request_that_comes_again_is_one_try_also_when_it_was_the_last() {
    given::<OtpLimit>([tried(1, 0), tried(2, 10)]).when(attempt_at(2, 10)).then([]);
}
