use chrono::{TimeZone, Utc};
use uuid::Uuid;

use super::*;
use crate::id::ErrorCode;
use crate::spec::given;

fn facts() -> CareContextFacts {
    CareContextFacts {
        facility: FacilityId::parse("IN1").unwrap(),
        subject: SubjectId(Uuid::from_u128(1)),
        reference: CareContextReference::parse("300").unwrap(),
        visit: StreamId::stored("visit-in1-a"),
        visited_at: Utc.with_ymd_and_hms(2026, 3, 2, 4, 45, 0).unwrap(),
    }
}

fn token() -> StreamId {
    StreamId::stored("link-token-in1-a")
}

fn request(n: u128) -> RequestId {
    RequestId(Uuid::from_u128(n))
}

fn registered() -> CareContextEvent {
    let hi_types = vec![HiType::OpConsultation];
    CareContextEvent::Registered { facts: facts(), hi_types, link_with: Some(token()), revision: 1 }
}

fn requested(n: u128) -> CareContextEvent {
    CareContextEvent::LinkRequested {
        request_id: request(n),
        link_token: token(),
        hi_types: vec![HiType::OpConsultation],
        issued_by: Some(request(1)),
    }
}

fn linked(n: u128) -> CareContextEvent {
    CareContextEvent::Linked {
        request_id: request(n),
        already: false,
        visit: StreamId::stored("visit-in1-a"),
        reference: CareContextReference::parse("300").unwrap(),
        hi_types: vec![HiType::OpConsultation],
    }
}

fn reject(n: u128, refusal: LinkRefusal) -> CareContextCommand {
    let code = ErrorCode::parse("ABDM-1038").unwrap();
    CareContextCommand::RejectLink { request_id: request(n), code, refusal, said: None, now: now() }
}

fn rejected(n: u128, retry: Option<RetryLink>) -> CareContextEvent {
    let code = ErrorCode::parse("ABDM-1038").unwrap();
    CareContextEvent::LinkRejected { request_id: request(n), code, retry, said: None }
}

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 5, 0, 0).unwrap()
}

#[test]
fn a_refused_token_is_replaced_once() {
    let retry = RetryLink { link_token: token(), drop: Some(request(1)), at: now() };
    given::<CareContext>([registered(), requested(5)])
        .when(reject(5, LinkRefusal::Token))
        .then([rejected(5, Some(retry.clone()))]);
    given::<CareContext>([registered(), requested(5), rejected(5, Some(retry)), requested(6)])
        .when(reject(6, LinkRefusal::Token))
        .then([rejected(6, None)]);
}

#[test]
fn a_passing_trouble_is_borne_longer_each_time() {
    let retry = |minutes| {
        Some(RetryLink { link_token: token(), drop: None, at: now() + TimeDelta::minutes(minutes) })
    };
    given::<CareContext>([registered(), requested(5), rejected(5, retry(1)), requested(6)])
        .when(reject(6, LinkRefusal::Passing))
        .then([rejected(6, retry(2))]);
}

#[test]
fn new_documents_of_a_linked_care_context_are_notified_and_not_linked_again() {
    let hi_types = vec![HiType::OpConsultation, HiType::Prescription];
    given::<CareContext>([registered(), requested(5), linked(5)])
        .when(CareContextCommand::Register {
            facts: facts(),
            hi_types: hi_types.clone(),
            link_with: Some(token()),
            revision: 2,
        })
        .then([
            CareContextEvent::Registered {
                facts: facts(),
                hi_types: hi_types.clone(),
                link_with: None,
                revision: 2,
            },
            CareContextEvent::ChangedAfterLink { hi_types },
        ]);
}

#[test]
fn a_patient_who_links_it_is_believed_once() {
    let by_patient = |n| CareContextCommand::LinkByPatient {
        request_id: request(n),
        hi_types: vec![HiType::OpConsultation],
    };
    given::<CareContext>([registered()]).when(by_patient(7)).then([linked(7)]);
    given::<CareContext>([registered(), linked(7)]).when(by_patient(8)).then([]);
}

#[test]
fn only_the_callback_links() {
    given::<CareContext>([registered(), requested(5)])
        .when(CareContextCommand::ConfirmLink { request_id: request(5), already: false })
        .then([CareContextEvent::Linked {
            request_id: request(5),
            already: false,
            visit: StreamId::stored("visit-in1-a"),
            reference: CareContextReference::parse("300").unwrap(),
            hi_types: vec![HiType::OpConsultation],
        }]);
}

#[test]
fn an_answer_to_another_request_changes_nothing() {
    given::<CareContext>([registered(), requested(5)])
        .when(CareContextCommand::ConfirmLink { request_id: request(6), already: false })
        .then([]);
}

#[test]
fn a_link_is_not_requested_twice() {
    given::<CareContext>([registered(), requested(5)])
        .when(CareContextCommand::RequestLink {
            request_id: request(6),
            link_token: token(),
            issued_by: None,
        })
        .then([]);
}

#[test]
fn a_visit_without_documents_is_not_offered_for_linking() {
    given::<CareContext>([])
        .when(CareContextCommand::Register {
            facts: facts(),
            hi_types: vec![],
            link_with: Some(token()),
            revision: 1,
        })
        .then([CareContextEvent::Registered {
            facts: facts(),
            hi_types: vec![],
            link_with: None,
            revision: 1,
        }]);
}
