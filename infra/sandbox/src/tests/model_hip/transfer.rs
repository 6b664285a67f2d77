//! Consents, and the data transfers that they permit.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::super::push::Transfer;
use super::super::setting::FACILITY;
use super::memory::Consent;
use super::{Defect, ModelHip, Question, error};
use crate::Operation;
use crate::run::clock;

/// How long a request waits for its consent. In the suite, one consent arrives after 2 s.
const PARKED: Duration = Duration::from_secs(3);

fn moment(value: &Value) -> DateTime<Utc> {
    clock::read_wire(value.as_str().expect("a moment")).expect("a moment")
}

/// A minimal document of one hi type.
fn document(hi_type: &str, date: &str, name: &str, address: &Value) -> Value {
    let kind = match hi_type {
        "OPConsultation" => json!({"coding": [{"code": "371530004"}]}),
        "Prescription" => json!({"coding": [{"code": "440545006"}]}),
        _ => json!({"text": "Wellness Record"}),
    };
    json!({"resourceType": "Bundle", "type": "document", "entry": [
        {"fullUrl": "urn:uuid:1", "resource": {
            "resourceType": "Composition", "type": kind, "date": date,
            "subject": {"reference": "urn:uuid:2"},
        }},
        {"fullUrl": "urn:uuid:2", "resource": {
            "resourceType": "Patient", "name": [{"text": name}],
            "identifier": [{"value": address}],
        }},
    ]})
}

impl ModelHip {
    pub(super) async fn consent(&self, question: &Question) {
        let notification = &question.body["notification"];
        let id = notification["consentId"].as_str().expect("an id");
        let status = notification["status"].as_str().expect("a status").to_owned();
        let forgets = self.defect == Defect::ForgetsRevocation && status != "GRANTED";
        {
            let mut memory = self.memory.lock();
            let detail = notification["consentDetail"].clone();
            let timestamp = question.timestamp.clone();
            let new = Consent { status: status.clone(), detail, timestamp: timestamp.clone() };
            let known = memory.consents.entry(id.to_owned()).or_insert(new);
            let newer = known.timestamp <= timestamp;
            if newer && !forgets {
                known.status = status;
                known.timestamp = timestamp;
            }
            if known.detail.is_null() {
                known.detail = notification["consentDetail"].clone();
            }
        }
        let ok = json!({"acknowledgement": {"status": "OK", "consentId": id}});
        self.answer(question, Operation::ConsentOnNotify, ok).await;
    }

    pub(super) async fn transfer(&self, question: &Question) {
        let request = &question.body;
        let id = request["transactionId"].as_str().expect("an id").to_owned();
        let consent_id = request["hiRequest"]["consent"]["id"].as_str().expect("an id");
        let consent = self.parked(consent_id).await;
        let checked = consent.as_ref().ok_or("ABDM-1112").and_then(|it| self.check(request, it));
        let (Ok(transfer), Some(consent)) = (checked.as_ref(), consent) else {
            let code = checked.err().unwrap_or_default();
            self.answer(question, Operation::OnRequest, error(code)).await;
            return;
        };
        let first = self.memory.lock().accepted.insert(id.clone());
        let ok = json!({"hiRequest": {"transactionId": id, "sessionStatus": "ACKNOWLEDGED"}});
        self.answer(question, Operation::OnRequest, ok).await;
        if first {
            self.send(question, transfer, (consent_id, &consent)).await;
        }
    }

    /// Waits for a consent, for at most [`PARKED`].
    async fn parked(&self, id: &str) -> Option<Consent> {
        let began = Instant::now();
        loop {
            let known = self.memory.lock().consents.get(id).cloned();
            if known.is_some() || began.elapsed() > PARKED {
                return known;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn check(&self, request: &Value, consent: &Consent) -> Result<Transfer, &'static str> {
        match consent.status.as_str() {
            "GRANTED" => {}
            "EXPIRED" => return Err("ABDM-1061"),
            _ => return Err("ABDM-1062"),
        }
        let permission = &consent.detail["permission"];
        if moment(&permission["dataEraseAt"]) < clock::now() {
            return Err("ABDM-1061");
        }
        let (asked, granted) = (&request["hiRequest"]["dateRange"], &permission["dateRange"]);
        if moment(&asked["from"]) < moment(&granted["from"])
            || moment(&asked["to"]) > moment(&granted["to"])
        {
            return Err("ABDM-1063");
        }
        let expiry = &request["hiRequest"]["keyMaterial"]["dhPublicKey"]["expiry"];
        if moment(expiry) < clock::now()
            || request["hiRequest"]["dataPushUrl"] != self.push.as_str()
        {
            return Err("ABDM-1031");
        }
        let transfer = Transfer::of(request).ok_or("ABDM-1031")?;
        if self.due(request, consent).is_empty() {
            return Err("ABDM-1001");
        }
        Ok(transfer)
    }

    /// The pages to send: care context reference and document.
    fn due(&self, request: &Value, consent: &Consent) -> Vec<(String, String)> {
        let asked = &request["hiRequest"]["dateRange"];
        let range = moment(&asked["from"])..=moment(&asked["to"]);
        let granted = consent.detail["hiTypes"].to_string();
        let wanted = consent.detail["careContexts"].to_string();
        let memory = self.memory.lock();
        let mut due = vec![];
        for patient in memory.patients.values() {
            for visit in patient.visits.iter().filter(|visit| wanted.contains(&visit.code)) {
                let at = DateTime::parse_from_rfc3339(&visit.date).expect("a date").to_utc();
                for kind in visit.hi_types.iter().filter(|kind| granted.contains(*kind)) {
                    let address = &consent.detail["patient"]["id"];
                    if range.contains(&at) {
                        let page = document(kind, &visit.date, &patient.name, address);
                        due.push((visit.code.clone(), page.to_string()));
                    }
                }
            }
        }
        due
    }

    async fn send(&self, question: &Question, transfer: &Transfer, consent: (&str, &Consent)) {
        let due = self.due(&question.body, consent.1);
        let count = i64::try_from(due.len()).expect("few pages");
        let mut delivered = std::collections::BTreeSet::new();
        for (number, (code, text)) in (1..).zip(&due) {
            let status = self.memory.lock().consents.get(consent.0).map(|it| it.status.clone());
            if status.as_deref() != Some("GRANTED") {
                break;
            }
            let page = transfer.page(number, count, code, text);
            let push = self.http.post(&self.push).header("Content-Type", "application/json");
            push.body(page.to_string()).send().await.expect("a page is taken");
            delivered.insert(code.clone());
        }
        let contexts = consent.1.detail["careContexts"].as_array().expect("care contexts");
        let responses: Vec<Value> = contexts
            .iter()
            .map(|context| {
                let code = &context["careContextReference"];
                let here = code.as_str().is_some_and(|code| delivered.contains(code));
                let status = if here { "DELIVERED" } else { "ERRORED" };
                json!({"careContextReference": code, "hiStatus": status})
            })
            .collect();
        let session = if delivered.is_empty() { "FAILED" } else { "TRANSFERRED" };
        let body = json!({"notification": {
            "consentId": consent.0, "transactionId": transfer.transaction,
            "doneAt": clock::wire(clock::now()), "notifier": {"type": "HIP", "id": FACILITY},
            "statusNotification": {
                "sessionStatus": session, "hipId": FACILITY, "statusResponses": responses,
            },
        }});
        self.call(Operation::DataFlowNotify, question.version, body, None).await;
    }
}
