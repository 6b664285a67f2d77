//! Builds logs event by event and checks the resulting manifest.

use chrono::{DateTime, TimeDelta, Utc};
use hip_domain::care_context::CareContextEvent;
use hip_domain::event::Event;
use hip_domain::id::{
    CareContextReference, ErrorCode, EventId, FacilityId, Pseudonym, RequestId, SubjectId,
};
use hip_domain::link_token::LinkTokenEvent;
use hip_domain::outbound::{Call, OutboundEvent};
use hip_domain::recorded::Recorded;
use hip_domain::sealed::Sealed;
use hip_domain::stream::StreamId;
use uuid::Uuid;

use super::*;

fn facility(id: &str) -> FacilityId {
    FacilityId::parse(id).unwrap()
}

/// A recorded run.
struct Run {
    ledger: Ledger,
    calls: u128,
    at: DateTime<Utc>,
}

impl Run {
    fn of(id: &str) -> Self {
        Self { ledger: Ledger::new(facility(id)), calls: 0, at: DateTime::UNIX_EPOCH }
    }

    fn later(&mut self, seconds: i64) {
        self.at += TimeDelta::seconds(seconds);
    }

    fn note(&mut self, stream: StreamId, event: Event) {
        self.ledger.note(&Recorded {
            position: 1,
            stream,
            version: 1,
            event_id: EventId(Uuid::nil()),
            recorded_at: self.at,
            correlation: Uuid::nil(),
            causation: None,
            subject: Some(SubjectId(Uuid::nil())),
            event,
        });
    }

    /// A call that was planned for this facility and accepted.
    fn call(&mut self, facility: &str, call: Call) -> RequestId {
        let id = self.plan(facility, call.clone());
        let taken = OutboundEvent::Accepted { call, status: 202 };
        self.note(StreamId::outbound(id), Event::Outbound(taken));
        id
    }

    fn plan(&mut self, id: &str, call: Call) -> RequestId {
        self.calls += 1;
        let request = RequestId(Uuid::from_u128(self.calls));
        let planned = OutboundEvent::Planned { call, facility: facility(id) };
        self.note(StreamId::outbound(request), Event::Outbound(planned));
        request
    }

    fn token_came(&mut self, request_id: RequestId) {
        let issued = LinkTokenEvent::Issued {
            request_id,
            expires_at: self.at,
            waiting: vec![],
            token: Sealed::Erased,
        };
        self.note(token_stream(), Event::LinkToken(issued));
    }

    fn token_refused(&mut self, request_id: RequestId, code: &'static str) {
        let rejected = LinkTokenEvent::Rejected {
            request_id,
            code: ErrorCode::parse(code).unwrap(),
            waiting: vec![],
            until: None,
            counted: false,
        };
        self.note(token_stream(), Event::LinkToken(rejected));
    }

    fn case(&self, id: &str) -> Decided {
        let cases = self.manifest().cases;
        cases.into_iter().find(|case| case.id == id).unwrap()
    }

    fn manifest(&self) -> Manifest {
        let entity = Entity {
            kind: "private".to_owned(),
            hip_id: US.to_owned(),
            callback_url: "https://hip.example.in".to_owned(),
            client_id: "SBXID_900001".to_owned(),
        };
        manifest(entity, &self.ledger, &Attachments::new())
    }
}

const US: &str = "IN0610099001";
const OTHERS: &str = "IN0610099002";

fn token_stream() -> StreamId {
    StreamId::link_token(&facility(US), &pseudonym())
}

fn pseudonym() -> Pseudonym {
    Pseudonym::parse("0".repeat(64)).unwrap()
}

fn ask() -> Call {
    Call::GenerateToken { link_token: token_stream() }
}

fn link() -> Call {
    let care_context = StreamId::care_context(&facility(US), &pseudonym());
    Call::LinkCareContext { care_context, link_token: token_stream() }
}

#[test]
fn a_202_alone_never_passes() {
    let mut run = Run::of(US);
    assert_eq!(run.case("HIP_INTI_LINK_501").outcome, CaseOutcome::NotRun);
    let id = run.call(US, ask());
    let silent = run.case("HIP_INTI_LINK_501");
    assert_eq!(silent.outcome, CaseOutcome::Failed);
    assert_eq!(silent.observed, ["on-generate-token did not come"]);
    run.token_came(id);
    let passed = run.case("HIP_INTI_LINK_501");
    assert_eq!(passed.outcome, CaseOutcome::Passed);
    assert_eq!(passed.request_ids, Some(vec![id.to_string()]));
    assert!(passed.observed[0].ends_with(&format!("response.requestId {id}")));
}

#[test]
fn a_callback_after_a_minute_of_silence_is_none() {
    let mut run = Run::of(US);
    let id = run.call(US, ask());
    run.later(61);
    run.token_came(id);
    let late = run.case("HIP_INTI_LINK_501");
    assert_eq!(late.outcome, CaseOutcome::Failed);
    assert_eq!(late.observed, ["the callback came after 61 s"]);
    // Each attempt can pass.
    let id = run.call(US, ask());
    run.later(60);
    run.token_came(id);
    assert_eq!(run.case("HIP_INTI_LINK_501").outcome, CaseOutcome::Passed);
}

#[test]
fn success_and_the_named_refusal_are_two_observations() {
    let mut run = Run::of(US);
    let id = run.call(US, ask());
    run.token_came(id);
    let half = run.case("HIP_INTI_LINK_503");
    assert_eq!(half.outcome, CaseOutcome::NotRun);
    assert_eq!(half.evidence, None);
    assert!(half.reason.unwrap().contains("ABDM-1207"));
    let other = run.call(US, ask());
    run.token_refused(other, "ABDM-1401");
    assert_eq!(
        run.case("HIP_INTI_LINK_503").outcome,
        CaseOutcome::NotRun,
        "that is another refusal"
    );
    let mismatch = run.call(US, ask());
    run.token_refused(mismatch, "ABDM-1207");
    let whole = run.case("HIP_INTI_LINK_503");
    assert_eq!(whole.outcome, CaseOutcome::Passed);
    assert_eq!(whole.request_ids, Some(vec![id.to_string(), mismatch.to_string()]));
    assert_eq!(whole.observed.len(), 2);
}

#[test]
fn an_abandoned_call_has_failed_with_its_reason() {
    let mut run = Run::of(US);
    let id = run.plan(US, link());
    let abandoned = OutboundEvent::Abandoned {
        call: link(),
        status: Some(400),
        code: Some(ErrorCode::parse("ABDM-1026").unwrap()),
        reason: "refused".to_owned(),
        awaits_trust: false,
    };
    run.note(StreamId::outbound(id), Event::Outbound(abandoned));
    let failed = run.case("HIP_INTI_LINK_505");
    assert_eq!(failed.outcome, CaseOutcome::Failed);
    assert!(failed.observed.contains(&"the call was given up: HTTP 400 ABDM-1026".to_owned()));
    let [counts, open, first] = run.manifest().summary();
    assert!(counts.contains("2 failed"), "{counts}: the token was not used, and nothing is linked");
    assert!(open.contains("HIP_INTI_LINK_505"));
    assert!(first.contains("the call was given up"), "{first}");
}

#[test]
fn a_link_with_the_token_that_came_is_both() {
    let mut run = Run::of(US);
    let token = run.call(US, ask());
    run.token_came(token);
    let request_id = RequestId(Uuid::from_u128(99));
    let stream = StreamId::care_context(&facility(US), &pseudonym());
    let requested = CareContextEvent::LinkRequested {
        request_id,
        link_token: token_stream(),
        hi_types: vec![],
        issued_by: Some(token),
    };
    run.note(stream.clone(), Event::CareContext(requested));
    let planned = OutboundEvent::Planned { call: link(), facility: facility(US) };
    run.note(StreamId::outbound(request_id), Event::Outbound(planned));
    let linked = CareContextEvent::Linked {
        request_id,
        already: false,
        visit: StreamId::visit(&facility(US), &pseudonym()),
        reference: CareContextReference::parse("104").unwrap(),
        hi_types: vec![],
    };
    run.note(stream, Event::CareContext(linked));
    assert_eq!(run.case("HIP_INTI_LINK_505").outcome, CaseOutcome::Passed);
    assert_eq!(run.case("HIP_INTI_LINK_504").outcome, CaseOutcome::NotRun, "it was not used again");
    run.note(
        token_stream(),
        Event::LinkToken(LinkTokenEvent::Reused {
            care_context: StreamId::care_context(&facility(US), &pseudonym()),
            issued_by: Some(token),
        }),
    );
    assert_eq!(run.case("HIP_INTI_LINK_504").outcome, CaseOutcome::Passed);
}

#[test]
fn events_of_another_facility_prove_nothing() {
    let mut run = Run::of(OTHERS);
    let id = run.call(US, ask());
    run.token_came(id);
    assert_eq!(run.case("HIP_INTI_LINK_501").outcome, CaseOutcome::NotRun);
}

#[test]
fn every_case_is_in_the_manifest_once_and_what_has_no_operation_says_so() {
    let manifest = Run::of(US).manifest();
    let mut ids: Vec<_> = manifest.cases.iter().map(|case| case.id).collect();
    assert_eq!(ids.len(), CATALOGUE.len());
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), CATALOGUE.len());
    let without =
        |case: &&Decided| case.reason.as_deref() == Some("no operation in the M2 specification");
    assert_eq!(manifest.cases.iter().filter(without).count(), 17);
    let [.., first] = manifest.summary();
    assert!(first.starts_with("first: HIP_INIT_GRANT_CONSENT_"), "{first}");
}
