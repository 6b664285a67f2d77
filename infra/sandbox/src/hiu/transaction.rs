//! One health information request, from the question to the report.

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use serde_json::{Value, json};

use super::HealthInformationRequest;
use super::delivery::{Delivery, Page, StatusResponse};
use super::document::Range;
use super::key_pair::KeyPair;
use crate::clock;
use crate::gateway::callbacks::Callback;
use crate::operation::PUSH_PATH;
use crate::patch;
use crate::phr::HipError;
use crate::question::Question;
use crate::world::World;

/// The HIP's notify.
pub(crate) struct SessionReport {
    pub(crate) session_status: String,
    pub(crate) responses: Vec<StatusResponse>,
}

pub(crate) struct Transaction {
    pub(crate) id: String,
    pub(crate) question: Question,
    pub(crate) consent_id: String,
    pub(crate) key_pair: KeyPair,
    /// Of which dates; `None` when it was asked in no form that can be read.
    pub(super) range: Option<Range>,
    pub(crate) acknowledged: Option<Result<(), HipError>>,
    pub(crate) pages: Vec<Page>,
    pub(crate) duplicates: usize,
    pub(crate) report: Option<SessionReport>,
}

impl Transaction {
    /// Whether a page of this care context is here.
    pub(crate) fn holds(&self, response: &StatusResponse) -> bool {
        self.pages.iter().any(|page| page.care_context_reference == response.care_context_reference)
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.acknowledged, Some(Ok(()))) && self.report.is_none()
    }

    pub(super) fn is_complete(&self) -> bool {
        self.report
            .as_ref()
            .is_some_and(|report| report.session_status == "FAILED" || self.has_all_pages())
    }

    fn has_all_pages(&self) -> bool {
        let numbers: BTreeSet<i64> = self.pages.iter().map(|page| page.page_number).collect();
        let announced = self.pages.first().map(|page| page.page_count);
        announced.is_some_and(|count| usize::try_from(count) == Ok(numbers.len()))
    }

    pub(super) fn delivery(&self) -> Delivery {
        let all_good = self.pages.iter().all(|page| page.violations.is_empty());
        let report = self.report.as_ref();
        Delivery {
            transaction_id: self.id.clone(),
            acknowledgement: self.acknowledged.clone(),
            session_status: report.map(|report| report.session_status.clone()),
            status_responses: report.map(|report| report.responses.clone()).unwrap_or_default(),
            pages: self.pages.clone(),
            duplicates: self.duplicates,
            hiu_status: self.has_all_pages().then_some(if all_good {
                "RECEIVED"
            } else {
                "FAILED"
            }),
        }
    }
}

/// Draw a key pair and write the question.
pub(super) fn prepare(world: &World, request: HealthInformationRequest) -> (Transaction, Callback) {
    let key_pair = KeyPair::draw(&world.draw, request.dialect);
    let id = world.draw.id();
    let known = world.look(|state| {
        let record = state.consents.get(&request.consent_id)?;
        let range = record.detail["permission"]["dateRange"].clone();
        Some((record.request.facility.clone(), range))
    });
    let (facility, range) = known.unwrap_or_else(|| {
        let now = clock::now();
        let from = clock::wire(now - TimeDelta::days(365));
        (String::new(), json!({"from": from, "to": clock::wire(now)}))
    });
    let date_range = match request.date_range {
        Some((from, to)) => json!({"from": clock::wire(from), "to": clock::wire(to)}),
        None => range,
    };
    let expiry = request.key_expiry.unwrap_or_else(|| clock::now() + TimeDelta::days(1));
    let mut body = json!({
        "transactionId": id,
        "hiRequest": {
            "consent": {"id": request.consent_id},
            "dateRange": date_range,
            "dataPushUrl": format!("http://{}{PUSH_PATH}", world.hiu_address),
            "keyMaterial": key_material(&key_pair, &clock::wire(expiry)),
        },
    });
    patch::merge(&mut body, request.patch);
    let facility = request.facility.unwrap_or(facility);
    let path = request
        .version
        .pick("/api/v3/hip/health-information/request", "/v0.5/health-information/hip/request");
    let asked = &body["hiRequest"]["dateRange"];
    let moment = |member: &str| clock::read_wire(asked[member].as_str()?);
    let range = moment("from").zip(moment("to"));
    let callback = Callback::new(world, &facility, path, body).in_version(request.version);
    let transaction = Transaction {
        id,
        question: Question::new(&callback),
        consent_id: request.consent_id,
        key_pair,
        range,
        acknowledged: None,
        pages: vec![],
        duplicates: 0,
        report: None,
    };
    (transaction, callback)
}

fn key_material(key_pair: &KeyPair, expiry: &str) -> Value {
    json!({
        "cryptoAlg": "ECDH",
        "curve": "Curve25519",
        "dhPublicKey": {
            "expiry": expiry,
            "parameters": "Curve25519/32byte random key",
            "keyValue": key_pair.key_value,
        },
        "nonce": STANDARD.encode(key_pair.nonce),
    })
}
