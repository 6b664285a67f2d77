//! A HIP's side of the encryption: correct pages, which tests then make invalid.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use aes_gcm::{Aes256Gcm, KeyInit, aead::Aead};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::setting::{ADDRESS, FACILITY, Setting};
use crate::hiu::decrypt::{agree, derive};
use crate::hiu::key_form;
use crate::hiu::key_pair::KeyPair;
use crate::run::draw::Draw;
use crate::{ConsentRequest, Grant, HealthInformationRequest, KeyFormat, Operation};

/// Counts the transfers, so that each of them draws other keys.
static TRANSFERS: AtomicU64 = AtomicU64::new(0);

/// A minimal document: yesterday's consultation of the test patient.
pub(super) static BUNDLE: LazyLock<String> = LazyLock::new(|| {
    document("371530004", crate::run::clock::now() - TimeDelta::days(1)).to_string()
});

/// A minimal document with this type code and date.
pub(super) fn document(code: &str, date: DateTime<Utc>) -> Value {
    json!({
        "resourceType": "Bundle",
        "type": "document",
        "entry": [
            {"fullUrl": "urn:uuid:1", "resource": {
                "resourceType": "Composition",
                "type": {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
                "date": date.to_rfc3339(),
                "subject": {"reference": "urn:uuid:2"},
            }},
            {"fullUrl": "urn:uuid:2", "resource": {
                "resourceType": "Patient",
                "identifier": [{"value": ADDRESS}],
            }},
        ],
    })
}

/// An open transaction, with the key material of the HIU.
pub(super) struct Transfer {
    pub(super) transaction: String,
    pub(super) consent: String,
    material: Value,
    answer_in: KeyFormat,
    draw: Draw,
}

impl Transfer {
    /// Links `references`, creates a consent, requests data and acknowledges the request.
    pub(super) async fn open(
        setting: &Setting,
        references: &[&str],
        key_format: KeyFormat,
    ) -> Self {
        if setting.sandbox.phr().linked(ADDRESS).is_empty() {
            setting.link(references).await;
        }
        let hiu = setting.sandbox.hiu();
        let wish = hiu.request_consent(ConsentRequest::new(ADDRESS, FACILITY));
        let consent = setting.sandbox.phr().sign(&wish, Grant::default()).expect("a wish");
        Self::answer(setting, HealthInformationRequest::new(&consent, key_format)).await
    }

    /// Requests data and acknowledges the request.
    pub(super) async fn answer(setting: &Setting, request: HealthInformationRequest) -> Self {
        let hiu = setting.sandbox.hiu();
        let (consent, key_format) = (request.consent_id.clone(), request.key_format);
        let transaction = hiu.ask(request);
        let callback = setting.hip.next("/api/v3/hip/health-information/request").await;
        let request = &callback.body["hiRequest"];
        assert_eq!(request["dataPushUrl"], setting.sandbox.hiu_push_url());
        let on_request = json!({
            "hiRequest": {"transactionId": transaction, "sessionStatus": "ACKNOWLEDGED"},
            "response": {"requestId": callback.headers["REQUEST-ID"]},
        });
        setting.accepted(Operation::OnRequest, on_request).await;
        hiu.acknowledged(&transaction).await.expect("acknowledged");
        Self {
            transaction,
            consent,
            material: request["keyMaterial"].clone(),
            answer_in: if key_format.is_weierstrass() {
                KeyFormat::WSpkiExplicit
            } else {
                key_format
            },
            draw: Draw::new(99, TRANSFERS.fetch_add(1, Ordering::Relaxed)),
        }
    }

    /// Reads a transfer from the body of a health information request; `None` if its key material is not valid.
    pub(super) fn of(request: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let material = request["hiRequest"]["keyMaterial"].clone();
        let (key_format, _) = key_form::read(material["dhPublicKey"]["keyValue"].as_str()?).ok()?;
        let nonce = STANDARD.decode(material["nonce"].as_str()?).ok()?;
        Some(Self {
            transaction: text(&request["transactionId"])?,
            consent: text(&request["hiRequest"]["consent"]["id"])?,
            material: (nonce.len() == 32).then_some(material)?,
            answer_in: if key_format.is_weierstrass() {
                KeyFormat::WSpkiExplicit
            } else {
                key_format
            },
            draw: Draw::new(98, TRANSFERS.fetch_add(1, Ordering::Relaxed)),
        })
    }

    /// A page with one entry, encrypted with a new key and nonce.
    pub(super) fn page(&self, number: i64, count: i64, reference: &str, plaintext: &str) -> Value {
        let own = KeyPair::draw(&self.draw, self.answer_in);
        self.page_with(&own, number, count, reference, plaintext)
    }

    pub(super) fn key_pair(&self, key_format: KeyFormat) -> KeyPair {
        KeyPair::draw(&self.draw, key_format)
    }

    pub(super) fn page_with(
        &self,
        own: &KeyPair,
        number: i64,
        count: i64,
        reference: &str,
        plaintext: &str,
    ) -> Value {
        let key_value = self.material["dhPublicKey"]["keyValue"].as_str().expect("a key");
        let (_, peer) = key_form::read(key_value).expect("a valid key");
        let nonce = STANDARD.decode(self.material["nonce"].as_str().expect("a nonce"));
        let nonce = nonce.expect("base64").try_into().expect("32 bytes");
        // With different key formats there is no shared secret. The page must not be decryptable, so any value will do.
        let secret = agree(&own.private, &peer).unwrap_or([1; 32]);
        let (key, vector) = derive(secret, own.nonce, nonce);
        let sealed = Aes256Gcm::new(&key.into())
            .encrypt(&vector.into(), plaintext.as_bytes())
            .expect("a short plaintext");
        json!({
            "pageNumber": number,
            "pageCount": count,
            "transactionId": self.transaction,
            "entries": [{
                "content": STANDARD.encode(sealed),
                "media": "application/fhir+json",
                "checksum": hex::encode(Md5::digest(plaintext)),
                "careContextReference": reference,
            }],
            "keyMaterial": {
                "cryptoAlg": "ECDH",
                "curve": "Curve25519",
                "dhPublicKey": {
                    "expiry": "2099-01-01T00:00:00.000Z",
                    "parameters": "Curve25519/32byte random key",
                    "keyValue": own.key_value,
                },
                "nonce": STANDARD.encode(own.nonce),
            },
        })
    }

    /// The HIP's report that closes the transaction.
    pub(super) fn notify(&self, references: &[&str], hi_status: &str) -> Value {
        let responses: Vec<Value> = references
            .iter()
            .map(|reference| {
                json!({
                    "careContextReference": reference,
                    "hiStatus": hi_status,
                    "description": "Data sent successfully",
                })
            })
            .collect();
        let session = if hi_status == "DELIVERED" { "TRANSFERRED" } else { "FAILED" };
        json!({"notification": {
            "consentId": self.consent,
            "transactionId": self.transaction,
            "doneAt": "2026-09-14T07:20:00.000Z",
            "notifier": {"type": "HIP", "id": FACILITY},
            "statusNotification": {
                "sessionStatus": session, "hipId": FACILITY, "statusResponses": responses,
            },
        }})
    }
}
