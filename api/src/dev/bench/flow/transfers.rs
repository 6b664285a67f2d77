//! Transfers: from the request of an HIU to its last page.

use std::time::{Duration, Instant};

use abdm_fidelius::{KeyFormat, Nonce, PrivateKey};
use anyhow::{Context, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use hip_commands::port::{Clock, Ids};
use hip_infra::ambient::clock::SystemClock;
use hip_infra::ambient::ids::RandomIds;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::hiu::FlowHius;
use super::load;
use crate::dev::demo::visits;
use crate::dev::demo_environment::{API_KEY, FACILITY_ID};

/// Visits of the patient: one care context each, with four documents.
const CARE_CONTEXT_COUNT: usize = 12;

/// The patient's reference, the same as in the visits.
const PATIENT: &str = "81000001";

/// Time limit of a transfer.
const PATIENCE: Duration = Duration::from_mins(3);

/// Sends requests, and waits for their pages.
pub(super) struct TransferLoad {
    pub(super) client: Client,
    pub(super) url: String,
    pub(super) bearer: String,
}

/// Transfers that were requested at the same time.
pub(super) struct Transferred {
    pub(super) page_count: u32,
    pub(super) took: Duration,
}

impl TransferLoad {
    /// Pushes the visits of the patient.
    pub(super) async fn push_visits(&self) -> anyhow::Result<()> {
        for n in 0..CARE_CONTEXT_COUNT {
            let at = SystemClock.now() - TimeDelta::days(2 + i64::try_from(n)?);
            let mut visit = visits::visit(&code(n), RandomIds.random(), at);
            visit["beneficiary"]["beneficiaryId"] = json!(PATIENT);
            visit["beneficiary"]["beneficiaryRegId"] = json!(PATIENT);
            let url = format!("{}/v1/visits", self.url);
            let answer = self.client.post(url).bearer_auth(API_KEY).json(&visit).send().await;
            load::expect(answer, StatusCode::CREATED).await?;
        }
        Ok(())
    }

    /// Grants access to all records of the patient. Returns the id of the consent.
    pub(super) async fn grant(&self) -> anyhow::Result<Uuid> {
        let (consent, now) = (RandomIds.random(), SystemClock.now());
        let care_contexts: Vec<Value> = (0..CARE_CONTEXT_COUNT)
            .map(|n| json!({ "patientReference": PATIENT, "careContextReference": code(n) }))
            .collect();
        let detail = json!({
            "consentId": consent,
            "patient": { "id": "load.patient@sbx" },
            "careContexts": care_contexts,
            "hip": { "id": FACILITY_ID },
            "hiu": { "id": "IN0610099900" },
            "hiTypes": [
                "OPConsultation", "Prescription", "DiagnosticReport", "DischargeSummary",
                "ImmunizationRecord", "HealthDocumentRecord", "WellnessRecord", "Invoice",
            ],
            "permission": {
                "accessMode": "VIEW",
                "dateRange": { "from": wire(now - TimeDelta::days(365)), "to": wire(now) },
                "dataEraseAt": wire(now + TimeDelta::days(365)),
                "frequency": { "unit": "HOUR", "value": 1, "repeats": 0 },
            },
        });
        let notification =
            json!({ "status": "GRANTED", "consentId": consent, "consentDetail": detail });
        let request = RandomIds.random();
        let body = json!({ "notification": notification });
        self.callback("/api/v3/consent/request/hip/notify", request, &body).await?;
        Ok(consent)
    }

    /// Requests the records, one transfer for each of the HIUs' numbers, and waits for all pages.
    pub(super) async fn request(
        &self,
        consent: Uuid,
        hius: &FlowHius,
        numbers: impl Iterator<Item = usize>,
    ) -> anyhow::Result<Transferred> {
        let begun_at = Instant::now();
        let mut transactions = vec![];
        for number in numbers {
            let transaction = RandomIds.random().to_string();
            self.ask(consent, &transaction, &hius.push_url(number)).await?;
            transactions.push(transaction);
        }
        loop {
            if let Some(taken) = hius.complete(&transactions) {
                let took = taken.last_at.saturating_duration_since(begun_at);
                return Ok(Transferred { page_count: taken.page_count, took });
            }
            ensure!(begun_at.elapsed() < PATIENCE, "a transfer has not come to its end");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    async fn ask(&self, consent: Uuid, transaction: &str, push_url: &str) -> anyhow::Result<()> {
        let now = SystemClock.now();
        let body = json!({
            "transactionId": transaction,
            "hiRequest": {
                "consent": { "id": consent },
                "dateRange": { "from": wire(now - TimeDelta::days(300)), "to": wire(now - TimeDelta::days(1)) },
                "dataPushUrl": push_url,
                "keyMaterial": key_material(now + TimeDelta::days(1))?,
            },
        });
        let path = "/api/v3/hip/health-information/request";
        self.callback(path, RandomIds.random(), &body).await
    }

    async fn callback(&self, path: &str, request: Uuid, body: &Value) -> anyhow::Result<()> {
        let sent = self
            .client
            .post(format!("{}{path}", self.url))
            .header("authorization", &self.bearer)
            .header("REQUEST-ID", request.to_string())
            .header("TIMESTAMP", wire(SystemClock.now()))
            .header("X-HIP-ID", FACILITY_ID)
            .json(body)
            .send()
            .await;
        load::expect(sent, StatusCode::ACCEPTED).await
    }
}

fn code(n: usize) -> String {
    format!("5900{n:04}")
}

fn wire(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn key_material(expiry: DateTime<Utc>) -> anyhow::Result<Value> {
    let key = PrivateKey::fresh(KeyFormat::X25519).context("no key can be made")?;
    let nonce = Nonce::fresh().context("no nonce can be made")?;
    Ok(json!({
        "cryptoAlg": "ECDH",
        "curve": "Curve25519",
        "dhPublicKey": {
            "expiry": wire(expiry),
            "parameters": "Curve25519/32byte random key",
            "keyValue": STANDARD.encode(key.public_key().to_bytes()),
        },
        "nonce": nonce.to_base64(),
    }))
}
