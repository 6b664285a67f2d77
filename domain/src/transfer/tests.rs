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
    events.push(TransferEvent::BundlePrepared { pages, missing: vec![] });
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
        .when(TransferCommand::Prepare { pages: vec![], missing: missing.clone() })
        .then([
            TransferEvent::BundlePrepared { pages: vec![], missing },
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
