//! The HIU's checks of the pages it receives.

use std::time::Duration;

use serde_json::{Value, json};

use super::push::{BUNDLE, Transfer};
use super::setting::{SOON, Setting};
use crate::{DecryptError, KeyFormat, Operation};

async fn push(setting: &Setting, page: Value) -> Vec<String> {
    setting.sandbox.forgive();
    setting.accepted(Operation::Push, page).await;
    setting.rules()
}

#[tokio::test]
async fn pages_are_opened_in_every_dialect() {
    let setting = Setting::new().await;
    for key_format in KeyFormat::ALL {
        let transfer = Transfer::open(&setting, &["V-1", "V-2"], key_format).await;
        let hiu = setting.sandbox.hiu();
        setting.accepted(Operation::Push, transfer.page(1, 2, "V-1", &BUNDLE)).await;
        let early = hiu.wait_until_complete(&transfer.transaction, Duration::ZERO).await;
        assert_eq!(
            early.expect_err("not yet").so_far.map(|delivery| delivery.pages.len()),
            Some(1)
        );
        setting.accepted(Operation::Push, transfer.page(2, 2, "V-2", &BUNDLE)).await;
        let report = transfer.notify(&["V-1", "V-2"], "DELIVERED");
        setting.accepted(Operation::DataFlowNotify, report).await;
        let delivery = hiu.wait_until_complete(&transfer.transaction, SOON).await;
        let delivery = delivery.expect("a complete transfer");
        assert_eq!(delivery.session_status.as_deref(), Some("TRANSFERRED"));
        assert_eq!(delivery.hiu_status, Some("RECEIVED"));
        assert_eq!(delivery.pages.len(), 2);
        for page in &delivery.pages {
            assert_eq!(page.plaintext.as_ref().map(Value::to_string).as_ref(), Ok(&*BUNDLE));
            assert_eq!(
                (page.hi_type, &*page.plaintext_bytes),
                (Some("OPConsultation"), BUNDLE.as_bytes())
            );
            assert!(page.checksum_ok && page.care_context_known);
        }
    }
    assert_eq!(setting.rules(), Vec::<String>::new());
}

#[tokio::test]
async fn a_page_may_come_again_with_the_same_content_only() {
    let setting = Setting::new().await;
    let transfer = Transfer::open(&setting, &["V-1"], KeyFormat::WRaw).await;
    let page = transfer.page(0, 1, "V-1", &BUNDLE);
    assert_eq!(push(&setting, page.clone()).await, Vec::<String>::new());
    assert_eq!(push(&setting, page).await, Vec::<String>::new());
    let resealed = transfer.page(0, 1, "V-1", &BUNDLE);
    assert_eq!(push(&setting, resealed).await, Vec::<String>::new());
    let other = transfer.page(0, 1, "V-1", r#"{"resourceType":"Bundle"}"#);
    let rules = push(&setting, other).await;
    assert_eq!(rules, ["a page number came twice with different content"]);
    let delivery = setting.sandbox.hiu().received(&transfer.transaction).expect("known");
    assert_eq!((delivery.pages.len(), delivery.duplicates), (1, 2));
}

#[tokio::test]
async fn keys_and_nonces_serve_one_page_over_all_transactions() {
    let setting = Setting::new().await;
    let first = Transfer::open(&setting, &["V-1", "V-2"], KeyFormat::XRaw).await;
    let own = first.key_pair(KeyFormat::XRaw);
    push(&setting, first.page_with(&own, 1, 2, "V-1", &BUNDLE)).await;
    let both = ["a nonce of the HIP was used twice", "a public key of the HIP was used twice"];
    assert_eq!(push(&setting, first.page_with(&own, 2, 2, "V-2", &BUNDLE)).await, both);
    let second = Transfer::open(&setting, &[], KeyFormat::XRaw).await;
    let mut fresh = second.key_pair(KeyFormat::XRaw);
    fresh.nonce = own.nonce;
    let rules = push(&setting, second.page_with(&fresh, 1, 2, "V-1", &BUNDLE)).await;
    assert_eq!(rules, both[..1]);
}

#[tokio::test]
async fn a_page_that_cannot_be_decrypted_is_kept_with_its_reason() {
    let setting = Setting::new().await;
    let references = ["V-1", "V-2", "V-3", "V-4"];
    let transfer = Transfer::open(&setting, &references, KeyFormat::WSpkiExplicit).await;
    let mut changed = transfer.page(1, 4, "V-1", &BUNDLE);
    changed["entries"][0]["content"] =
        transfer.page(9, 9, "V-1", &BUNDLE)["entries"][0]["content"].take();
    let x_key = transfer.key_pair(KeyFormat::XRaw);
    let other_dialect = transfer.page_with(&x_key, 2, 4, "V-2", &BUNDLE);
    let mut off_curve = transfer.page(3, 4, "V-3", &BUNDLE);
    off_curve["keyMaterial"]["dhPublicKey"]["keyValue"] = json!("AAAA");
    let not_json = transfer.page(4, 4, "V-4", "Bundle");
    for page in [changed, other_dialect, off_curve, not_json] {
        assert_eq!(push(&setting, page).await.len(), 1);
    }
    let delivery = setting.sandbox.hiu().received(&transfer.transaction).expect("known");
    let errors: Vec<DecryptError> =
        delivery.pages.iter().map(|page| page.plaintext.clone().expect_err("closed")).collect();
    let form = "keyValue has none of the five known forms".to_owned();
    assert_eq!(
        errors,
        [
            DecryptError::Tag,
            DecryptError::OtherKeyFormat,
            DecryptError::KeyMaterial(form),
            DecryptError::Json,
        ]
    );
    assert_eq!(delivery.hiu_status, Some("FAILED"));
}

#[tokio::test]
async fn a_page_that_opens_may_still_be_wrong() {
    let setting = Setting::new().await;
    let transfer = Transfer::open(&setting, &["V-1"], KeyFormat::XSpki).await;
    let mut checksum = transfer.page(1, 9, "V-1", &BUNDLE);
    checksum["entries"][0]["checksum"] = json!("0".repeat(32));
    let stranger = transfer.page(2, 9, "V-9", &BUNDLE);
    let patient = transfer.page(3, 9, "V-1", r#"{"resourceType":"Patient"}"#);
    let mut expired = transfer.page(4, 9, "V-1", &BUNDLE);
    expired["keyMaterial"]["dhPublicKey"]["expiry"] = json!("2020-01-01T00:00:00.000Z");
    let raw = transfer.page_with(&transfer.key_pair(KeyFormat::XRaw), 5, 9, "V-1", &BUNDLE);
    let mut several = transfer.page(6, 9, "V-1", &BUNDLE);
    let entry = several["entries"][0].clone();
    several["entries"].as_array_mut().expect("entries").push(entry);
    let fewer = transfer.page(7, 8, "V-1", &BUNDLE);
    for (page, rule) in [
        (checksum, "checksum is not the MD5 of the plaintext"),
        (stranger, "careContextReference is not in the consent"),
        (patient, "the plaintext is no FHIR bundle"),
        (expired, "keyMaterial.dhPublicKey.expiry is not in the future"),
        (raw, "an X25519 key must come in the form it was asked in"),
        (several, "a page must carry one entry: all of a page share key and nonce"),
        (fewer, "pageCount changed within a transaction"),
    ] {
        assert_eq!(push(&setting, page).await, [rule]);
    }
    setting.sandbox.forgive();
    setting.accepted(Operation::DataFlowNotify, transfer.notify(&["V-1"], "DELIVERED")).await;
    assert_eq!(setting.rules(), Vec::<String>::new());
    let late = push(&setting, transfer.page(8, 9, "V-1", &BUNDLE)).await;
    assert_eq!(late, ["a page came after the transaction was closed"]);
}

#[tokio::test]
async fn a_push_that_is_malformed_or_belongs_nowhere_is_refused() {
    let setting = Setting::new().await;
    let transfer = Transfer::open(&setting, &["V-1"], KeyFormat::WRaw).await;
    let page = || transfer.page(1, 1, "V-1", &BUNDLE);
    let mut curve = page();
    curve["keyMaterial"]["curve"] = json!("curve25519");
    let mut media = page();
    media["entries"][0]["media"] = json!("application/json");
    let mut null = page();
    null["entries"][0]["checksum"] = Value::Null;
    let mut empty = page();
    empty["entries"] = json!([]);
    for body in [curve, media, null, empty] {
        assert_eq!(setting.call(Operation::Push).body(body).send().await.0, 400);
    }
    let mut stranger = page();
    stranger["transactionId"] = json!("0b6f0000-0000-4000-8000-0000000000aa");
    assert_eq!(setting.call(Operation::Push).body(stranger).send().await.0, 404);
    let forged = setting.call(Operation::Push).header("Authorization", "Bearer a.b.c");
    assert_eq!(forged.body(page()).send().await.0, 401);
    let text = setting.call(Operation::Push).header("Content-Type", "text/plain");
    assert_eq!(text.body(page()).send().await.0, 400);
    assert_eq!(setting.rules().len(), 6);
    let bare = setting.call(Operation::Push).without("Authorization").body(page());
    assert_eq!(bare.send().await.0, 202);
}

#[tokio::test]
async fn a_report_must_say_what_the_hiu_saw() {
    let setting = Setting::new().await;
    let transfer = Transfer::open(&setting, &["V-1"], KeyFormat::WRaw).await;
    setting.accepted(Operation::DataFlowNotify, transfer.notify(&["V-1"], "DELIVERED")).await;
    assert_eq!(setting.rules(), ["a care context is reported DELIVERED and no page of it arrived"]);
}

#[tokio::test]
async fn a_session_is_transferred_when_anything_is() {
    for (pages, session, hi_status, rules) in [
        (1, "TRANSFERRED", "ERRORED", vec![]),
        (1, "FAILED", "ERRORED", vec![]),
        (0, "TRANSFERRED", "ERRORED", vec!["sessionStatus is TRANSFERRED and no page arrived"]),
        (
            1,
            "FAILED",
            "DELIVERED",
            vec!["sessionStatus is FAILED and every care context is DELIVERED"],
        ),
    ] {
        let setting = Setting::new().await;
        let transfer = Transfer::open(&setting, &["V-1"], KeyFormat::WRaw).await;
        for number in 1..=pages {
            setting.accepted(Operation::Push, transfer.page(number, 2, "V-1", &BUNDLE)).await;
        }
        let mut report = transfer.notify(&["V-1"], hi_status);
        report["notification"]["statusNotification"]["sessionStatus"] = json!(session);
        setting.accepted(Operation::DataFlowNotify, report).await;
        assert_eq!(setting.rules(), rules, "{pages} pages, {session}, {hi_status}");
    }
}

#[tokio::test]
async fn a_question_put_twice_may_be_answered_twice() {
    let setting = Setting::new().await;
    let transfer = Transfer::open(&setting, &["V-1"], KeyFormat::WRaw).await;
    let hiu = setting.sandbox.hiu();
    hiu.ask_again(&transfer.transaction).expect("a known transaction");
    let callback = setting.hip.next("/api/v3/hip/health-information/request").await;
    assert_eq!(callback.body["transactionId"], transfer.transaction.as_str());
    let on_request = json!({
        "hiRequest": {"transactionId": transfer.transaction, "sessionStatus": "ACKNOWLEDGED"},
        "response": {"requestId": callback.headers["REQUEST-ID"]},
    });
    setting.accepted(Operation::OnRequest, on_request.clone()).await;
    assert_eq!(setting.rules(), Vec::<String>::new());
    let (status, answer) = setting.call(Operation::OnRequest).body(on_request).send().await;
    assert_eq!((status, &answer["code"]), (400, &json!("ABDM-1113")));
    assert_eq!(setting.rules().len(), 1);
}

#[tokio::test]
async fn pages_stop_when_the_end_of_a_consent_is_acknowledged() {
    let setting = Setting::new().await;
    let transfer = Transfer::open(&setting, &["V-1", "V-2"], KeyFormat::WRaw).await;
    let phr = setting.sandbox.phr();
    let acknowledge = async {
        let callback = setting.hip.next("/api/v3/consent/request/hip/notify").await;
        let ok = json!({
            "acknowledgement": {"status": "OK", "consentId": transfer.consent},
            "response": {"requestId": callback.headers["REQUEST-ID"]},
        });
        setting.accepted(Operation::ConsentOnNotify, ok).await;
    };
    let (revoked, ()) = tokio::join!(phr.revoke(&transfer.consent), acknowledge);
    revoked.expect("acknowledged");
    let in_flight = push(&setting, transfer.page(1, 2, "V-1", &BUNDLE)).await;
    assert_eq!(in_flight, Vec::<String>::new());
    tokio::time::sleep(Duration::from_millis(600)).await;
    let late = push(&setting, transfer.page(2, 2, "V-2", &BUNDLE)).await;
    assert_eq!(late, ["a page came after the end of the consent was acknowledged"]);
}
