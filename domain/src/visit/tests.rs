use chrono::{TimeZone, Utc};
use uuid::Uuid;

use super::*;
use crate::id::{FacilityId, SubjectId};
use crate::spec::given;
use crate::stream::StreamId;

fn facts() -> VisitFacts {
    VisitFacts {
        facility: FacilityId::parse("IN1").unwrap(),
        subject: SubjectId(Uuid::from_u128(1)),
        care_context: CareContextReference::parse("300").unwrap(),
        care_context_stream: StreamId::stored("care-context-in1-a"),
        link_token_stream: None,
        visited_at: Utc.with_ymd_and_hms(2026, 3, 2, 4, 45, 0).unwrap(),
        push_id: Uuid::from_u128(7),
    }
}

fn facts_of_push(push: u128) -> VisitFacts {
    VisitFacts { push_id: Uuid::from_u128(push), ..facts() }
}

fn digest(digit: char) -> Pseudonym {
    Pseudonym::parse(digit.to_string().repeat(64)).unwrap()
}

fn document() -> Phi<String> {
    Phi::new("{}".to_owned())
}

fn record(digit: char) -> VisitCommand {
    VisitCommand::Record { facts: facts(), digest: digest(digit), document: document() }
}

fn recorded(digit: char) -> VisitEvent {
    VisitEvent::Recorded {
        facts: facts(),
        digest: digest(digit),
        document: Sealed::Open(document()),
    }
}

fn no_documents(revision: u32) -> VisitCommand {
    VisitCommand::SetDocuments { revision, built: vec![], skipped: vec![], rejected: vec![] }
}

#[test]
fn the_same_visit_pushed_twice_is_recorded_once() {
    given::<Visit>([recorded('a')]).when(record('a')).then([]);
}

#[test]
fn other_content_under_the_same_visit_code_is_an_amendment() {
    let amended =
        VisitCommand::Record { facts: facts_of_push(8), digest: digest('b'), document: document() };
    given::<Visit>([recorded('a')]).when(amended).then([VisitEvent::Amended {
        revision: 2,
        facts: facts_of_push(8),
        digest: digest('b'),
        document: Sealed::Open(document()),
    }]);
}

#[test]
fn other_content_under_the_same_push_id_is_refused() {
    given::<Visit>([recorded('a')]).when(record('b')).then_refused(&VisitError::PushIdReused);
}

#[test]
fn documents_of_an_older_revision_are_not_taken() {
    let amended = VisitEvent::Amended {
        revision: 2,
        facts: facts(),
        digest: digest('b'),
        document: Sealed::Open(document()),
    };
    given::<Visit>([recorded('a'), amended]).when(no_documents(1)).then([]);
}

#[test]
fn documents_of_an_unknown_visit_are_refused() {
    given::<Visit>([]).when(no_documents(1)).then_refused(&VisitError::Absent);
}

#[test]
fn the_same_visit_for_another_patient_is_recorded_for_them() {
    let facts = || VisitFacts { subject: SubjectId(Uuid::from_u128(2)), ..facts() };
    let again = VisitCommand::Record { facts: facts(), digest: digest('a'), document: document() };
    given::<Visit>([recorded('a')]).when(again).then([VisitEvent::Amended {
        revision: 2,
        facts: facts(),
        digest: digest('a'),
        document: Sealed::Open(document()),
    }]);
}
