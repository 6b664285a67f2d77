use chrono::{TimeZone, Utc};
use uuid::Uuid;

use super::*;
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
    CareContextEvent::Registered { facts: facts(), hi_types, link_with: Some(token()) }
}

fn requested(n: u128) -> CareContextEvent {
    CareContextEvent::LinkRequested {
        request_id: request(n),
        link_token: token(),
        hi_types: vec![HiType::OpConsultation],
    }
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
        .when(CareContextCommand::RequestLink { request_id: request(6), link_token: token() })
        .then([]);
}

#[test]
fn a_visit_without_documents_is_not_offered_for_linking() {
    given::<CareContext>([])
        .when(CareContextCommand::Register {
            facts: facts(),
            hi_types: vec![],
            link_with: Some(token()),
        })
        .then([CareContextEvent::Registered { facts: facts(), hi_types: vec![], link_with: None }]);
}
