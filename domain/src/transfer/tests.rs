use chrono::{TimeZone, Utc};
use uuid::Uuid;

use super::*;
use crate::consent::{DateRange, NotInForce};
use crate::hi_type::HiType;
use crate::id::{CareContextReference, ConsentId, Digest, ErrorCode, FacilityId, TransactionId};
use crate::sensitive::Phi;
use crate::spec::given;
use crate::stream::StreamId;

fn facts() -> TransferFacts {
    let from = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
    TransferFacts {
        transaction: TransactionId::parse("t-1").unwrap(),
        facility: FacilityId::parse("IN1").unwrap(),
        request_id: RequestId(Uuid::from_u128(1)),
        consent_id: ConsentId::parse("c-1").unwrap(),
        date_range: Some(DateRange { from, to: from }),
        asked_at: Some(from),
    }
}

fn context(reference: &str) -> CareContextReference {
    CareContextReference::parse(reference).unwrap()
}

fn page(reference: &str) -> PlannedPage {
    PlannedPage {
        care_context: context(reference),
        visit: StreamId::stored("visit-in1-a"),
        hi_type: HiType::Prescription,
        document_id: Uuid::from_u128(9),
        digest: Digest::of(b"document"),
    }
}

fn accepted() -> Vec<TransferEvent> {
    let transaction = facts().transaction;
    let request_id = facts().request_id;
    vec![
        TransferEvent::Requested { facts: facts(), recipient: Sealed::Closed },
        TransferEvent::Accepted { transaction, request_id },
    ]
}

fn sending(references: &[&str]) -> Vec<TransferEvent> {
    let pages = references.iter().map(|reference| page(reference)).collect();
    let mut events = accepted();
    events.push(TransferEvent::BundlePrepared { pages, missing: vec![], at_once: 1 });
    events
}

fn seal() -> PageSeal {
    PageSeal {
        dialect: "weierstrass".to_owned(),
        our_key: Digest::of(b"ours"),
        hiu_key: Digest::of(b"theirs"),
        ciphertext: Digest::of(b"ciphertext"),
        plain_bytes: 8,
    }
}

fn encrypted(page: u32) -> TransferEvent {
    let body = Sealed::Open(Phi::new("{}".to_owned()));
    TransferEvent::PageEncrypted { page, seal: seal(), body }
}

fn status(reference: &str, error: Option<&str>) -> DeliveryStatus {
    DeliveryStatus { care_context: context(reference), error: error.map(str::to_owned) }
}

fn completed(transferred: bool, statuses: Vec<DeliveryStatus>) -> TransferEvent {
    TransferEvent::Completed { transaction: facts().transaction, transferred, statuses }
}

#[test]
fn a_page_is_pushed_only_when_its_ciphertext_is_in_the_log() {
    given::<Transfer>(sending(&["300"]))
        .when(TransferCommand::MarkPushed { page: 0, status: 202 })
        .then([]);
}

#[test]
fn a_page_is_never_encrypted_twice() {
    let mut history = sending(&["300"]);
    history.push(encrypted(0));
    let body = Phi::new("{}".to_owned());
    given::<Transfer>(history)
        .when(TransferCommand::Encrypt { page: 0, seal: seal(), body })
        .then([]);
}

#[test]
fn the_last_page_completes_the_transfer() {
    let mut history = sending(&["300"]);
    history.push(encrypted(0));
    given::<Transfer>(history).when(TransferCommand::MarkPushed { page: 0, status: 202 }).then([
        TransferEvent::PagePushed { page: 0, status: 202 },
        completed(true, vec![status("300", None)]),
    ]);
}

#[test]
fn a_revoked_consent_stops_the_next_page_and_the_end_says_what_was_delivered() {
    let mut history = sending(&["300", "301"]);
    history.extend([encrypted(0), TransferEvent::PagePushed { page: 0, status: 202 }]);
    let stop = StopReason::Consent(NotInForce::NotGranted);
    given::<Transfer>(history).when(TransferCommand::Stop { page: 1, stop: stop.clone() }).then([
        TransferEvent::Stopped { page: 1, stop },
        completed(true, vec![status("300", None), status("301", Some("consent not granted"))]),
    ]);
}

#[test]
fn a_care_context_is_delivered_only_when_all_of_its_pages_were() {
    let mut history = sending(&["300", "300"]);
    history.extend([encrypted(0), TransferEvent::PagePushed { page: 0, status: 202 }]);
    let stop = StopReason::Push { status: Some(500) };
    given::<Transfer>(history).when(TransferCommand::Stop { page: 1, stop: stop.clone() }).then([
        TransferEvent::Stopped { page: 1, stop },
        completed(false, vec![status("300", Some("data push failed"))]),
    ]);
}

#[test]
fn with_nothing_to_send_the_transfer_has_failed() {
    let missing =
        vec![MissingPage { care_context: context("300"), reason: "no document".to_owned() }];
    given::<Transfer>(accepted())
        .when(TransferCommand::Prepare { pages: vec![], missing: missing.clone(), at_once: 4 })
        .then([
            TransferEvent::BundlePrepared { pages: vec![], missing, at_once: 4 },
            completed(false, vec![status("300", Some("no document"))]),
        ]);
}

#[test]
fn the_same_transaction_asked_twice_sends_nothing_twice() {
    given::<Transfer>(sending(&["300"]))
        .when(TransferCommand::Request { facts: facts(), recipient: None, verdict: Ok(()) })
        .then([]);
}

#[test]
fn a_refused_request_is_in_the_log_with_its_code() {
    let code = ErrorCode::parse("ABDM-1112").unwrap();
    given::<Transfer>([])
        .when(TransferCommand::Request {
            facts: facts(),
            recipient: None,
            verdict: Err(Denial { code: code.clone(), reason: Some("a reason".to_owned()) }),
        })
        .then([
            TransferEvent::Requested { facts: facts(), recipient: Sealed::Closed },
            TransferEvent::Refused {
                transaction: facts().transaction,
                request_id: facts().request_id,
                code,
                reason: Some("a reason".to_owned()),
            },
        ]);
}

#[test]
fn a_page_that_cannot_be_had_does_not_hold_the_others_back() {
    let mut history = sending(&["300", "301"]);
    let skipped = TransferEvent::PageSkipped { page: 0, reason: "erased".to_owned() };
    given::<Transfer>(history.clone())
        .when(TransferCommand::Skip { page: 0, reason: "erased".to_owned() })
        .then([skipped.clone()]);
    history.extend([skipped, encrypted(1)]);
    given::<Transfer>(history).when(TransferCommand::MarkPushed { page: 1, status: 202 }).then([
        TransferEvent::PagePushed { page: 1, status: 202 },
        completed(true, vec![status("300", Some("document not available")), status("301", None)]),
    ]);
}

#[test]
fn the_same_transaction_under_another_request_is_only_answered_again() {
    let mut again = facts();
    again.request_id = RequestId(Uuid::from_u128(2));
    let repeated = TransferEvent::Repeated {
        transaction: facts().transaction,
        request_id: again.request_id,
        error: None,
    };
    given::<Transfer>(sending(&["300"]))
        .when(TransferCommand::Request { facts: again, recipient: None, verdict: Ok(()) })
        .then([repeated]);
}

#[test]
fn a_refused_transfer_of_a_known_consent_is_closed_with_every_care_context() {
    let refused = TransferEvent::Refused {
        transaction: facts().transaction,
        request_id: facts().request_id,
        code: ErrorCode::parse("ABDM-1063").unwrap(),
        reason: None,
    };
    let requested = TransferEvent::Requested { facts: facts(), recipient: Sealed::Closed };
    given::<Transfer>([requested, refused])
        .when(TransferCommand::CloseRefused { care_contexts: vec![context("300")] })
        .then([completed(false, vec![status("300", Some("request refused"))])]);
}

/// Six pages, each of its own care context, up to three at the same time.
fn side_by_side() -> Vec<TransferEvent> {
    let pages = ["300", "301", "302", "303", "304", "305"].map(page).to_vec();
    let mut events = accepted();
    events.push(TransferEvent::BundlePrepared { pages, missing: vec![], at_once: 3 });
    events
}

const fn pushed(page: u32) -> TransferEvent {
    TransferEvent::PagePushed { page, status: 202 }
}

fn next(history: &[TransferEvent]) -> Option<u32> {
    progress(history).and_then(|progress| progress.next())
}

fn progress(history: &[TransferEvent]) -> Option<Progress> {
    let mut state = Transfer::default();
    for event in history {
        state.evolve(event.clone());
    }
    match state {
        Transfer::Sending { progress, .. } => Some(progress),
        Transfer::Absent
        | Transfer::Refused { .. }
        | Transfer::Accepted { .. }
        | Transfer::Completed { .. } => None,
    }
}

#[test]
fn the_first_page_goes_alone_then_three_side_by_side_and_the_last_leaves_last() {
    let mut history = side_by_side();
    assert_eq!(next(&history), Some(0));
    history.push(encrypted(0));
    assert_eq!(next(&history), None, "the first page is on its way");
    history.push(pushed(0));
    assert_eq!(progress(&history).unwrap().room(), 3);
    history.extend([encrypted(1), encrypted(2)]);
    assert_eq!(next(&history), Some(3));
    history.push(encrypted(3));
    assert_eq!(next(&history), None, "three are on their way");
    history.push(pushed(2));
    assert_eq!(next(&history), Some(4), "in whatever order the HIU takes them");
    assert_eq!(progress(&history).unwrap().room(), 1);
    history.extend([encrypted(4), pushed(1), pushed(4)]);
    assert_eq!(next(&history), None, "page 3 is on its way, and page 5 is the last");
    history.push(pushed(3));
    assert_eq!(next(&history), Some(5));
    history.push(encrypted(5));
    let statuses = ["300", "301", "302", "303", "304", "305"].map(|one| status(one, None)).to_vec();
    given::<Transfer>(history)
        .when(TransferCommand::MarkPushed { page: 5, status: 202 })
        .then([pushed(5), completed(true, statuses)]);
}

#[test]
fn only_the_page_whose_turn_it_is_can_be_encrypted() {
    for page in [1, 5, 9] {
        let body = Phi::new("{}".to_owned());
        given::<Transfer>(side_by_side())
            .when(TransferCommand::Encrypt { page, seal: seal(), body })
            .then([]);
    }
}

#[test]
fn a_stopped_transfer_waits_for_the_pages_that_have_left() {
    let mut history = side_by_side();
    history.extend([encrypted(0), pushed(0), encrypted(1), encrypted(2)]);
    let stop = StopReason::Push { status: Some(500) };
    let stopped = TransferEvent::Stopped { page: 1, stop: stop.clone() };
    given::<Transfer>(history.clone())
        .when(TransferCommand::Stop { page: 1, stop: stop.clone() })
        .then([stopped.clone()]);
    history.push(stopped);
    assert_eq!(next(&history), None, "no further page is begun");
    given::<Transfer>(history.clone()).when(TransferCommand::Stop { page: 1, stop }).then([]);
    let late = TransferCommand::Stop { page: 3, stop: StopReason::Late };
    given::<Transfer>(history.clone()).when(late).then([]);
    let failed = |one| status(one, Some("data push failed"));
    given::<Transfer>(history).when(TransferCommand::MarkPushed { page: 2, status: 202 }).then([
        pushed(2),
        completed(
            true,
            vec![
                status("300", None),
                failed("301"),
                status("302", None),
                failed("303"),
                failed("304"),
                failed("305"),
            ],
        ),
    ]);
}

#[test]
fn each_page_that_fails_says_why() {
    let mut history = side_by_side();
    history.extend([encrypted(0), pushed(0), encrypted(1), encrypted(2)]);
    history.push(TransferEvent::Stopped { page: 1, stop: StopReason::Push { status: None } });
    let revoked = StopReason::Consent(NotInForce::NotGranted);
    given::<Transfer>(history).when(TransferCommand::Stop { page: 2, stop: revoked.clone() }).then(
        [
            TransferEvent::Stopped { page: 2, stop: revoked },
            completed(
                true,
                vec![
                    status("300", None),
                    status("301", Some("data push failed")),
                    status("302", Some("consent not granted")),
                    status("303", Some("data push failed")),
                    status("304", Some("data push failed")),
                    status("305", Some("data push failed")),
                ],
            ),
        ],
    );
}
