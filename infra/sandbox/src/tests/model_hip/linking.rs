//! Visits, link tokens, links, and notifications about them.

use serde_json::{Value, json};

use super::super::setting::FACILITY;
use super::memory::{Patient, Visit};
use super::{Defect, ModelHip};
use crate::run::clock;
use crate::{ApiVersion, Operation};

const V3: ApiVersion = ApiVersion::V3;

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// `patient` of a link or an offer: one group for each hi type.
pub(super) fn groups(patient: &Patient, codes: &[String]) -> Value {
    let visits: Vec<&Visit> = patient.visits.iter().filter(|it| codes.contains(&it.code)).collect();
    let kinds: std::collections::BTreeSet<&str> =
        visits.iter().flat_map(|visit| visit.hi_types.iter().copied()).collect();
    kinds
        .into_iter()
        .map(|kind| {
            let here = visits.iter().filter(|visit| visit.hi_types.contains(&kind));
            let contexts: Vec<Value> = here
                .map(|visit| json!({"referenceNumber": visit.code, "display": "General OPD"}))
                .collect();
            json!({
                "referenceNumber": patient.id, "display": patient.name, "hiType": kind,
                "count": contexts.len(), "careContexts": contexts,
            })
        })
        .collect()
}

impl ModelHip {
    /// Stores a visit. Returns the patient, the visit code, and whether the visit was known before.
    pub(super) fn take_visit(&self, document: &Value) -> (Patient, String, bool) {
        let who = &document["beneficiary"];
        let code = text(&document["visit"]["visitCode"]);
        let id = text(&who["beneficiaryId"]);
        let mut hi_types = vec!["OPConsultation", "Prescription"];
        if document["vitals"].is_object() {
            hi_types.push("WellnessRecord");
        }
        let mut memory = self.memory.lock();
        let patient = memory.patients.entry(id.clone()).or_default();
        patient.id = id;
        patient.name = text(&who["name"]);
        patient.year = text(&who["dateOfBirth"])[..4].parse().expect("a year");
        patient.mobile = text(&who["phone"]).trim_start_matches("+91 ").to_owned();
        if who["abhaAddress"].is_string() {
            patient.address = Some(text(&who["abhaAddress"]));
            patient.number = Some(text(&who["abhaNumber"]));
        }
        let known = patient.visits.iter_mut().find(|visit| visit.code == code);
        let news = known.is_some();
        if let Some(visit) = known {
            visit.hi_types = hi_types;
        } else {
            let date = text(&document["visit"]["visitDate"]);
            patient.visits.push(Visit { code: code.clone(), date, hi_types, ..Visit::default() });
        }
        (patient.clone(), code, news)
    }

    /// Notifies the gateway of a visit: links it, or sends a notification. `news` is true for a known visit.
    pub(super) async fn tell(&self, patient: &Patient, code: &str, news: bool) {
        match &patient.address {
            _ if news => self.notify(patient, code).await,
            None => {
                let hip = json!({"id": FACILITY, "name": "PHC Test"});
                let phone = format!("91{}", patient.mobile);
                let body = json!({"notification": {"phoneNo": phone, "hip": hip}});
                self.call(Operation::SmsNotify, V3, body, None).await;
            }
            Some(address) => self.link_all(address).await,
        }
    }

    async fn notify(&self, patient: &Patient, code: &str) {
        let body = json!({"notification": {
            "patient": {"id": patient.address},
            "careContext": {"patientReference": patient.id, "careContextReference": code},
            "hiTypes": ["WellnessRecord"], "date": clock::wire(clock::now()),
            "hip": {"id": FACILITY, "name": "PHC Test", "type": "HIP"},
        }});
        self.call(Operation::ContextNotify, V3, body, None).await;
    }

    /// Links all visits that are not linked yet; without a link token, requests one.
    async fn link_all(&self, address: &str) {
        let (token, patient) = {
            let mut memory = self.memory.lock();
            if memory.gone.contains(address) {
                return;
            }
            let token = memory.tokens.get(address).cloned();
            if token.is_none() && !memory.asked.insert(address.to_owned()) {
                return;
            }
            (token, memory.by_address(address).cloned().expect("a patient"))
        };
        let number: u64 = patient.number.as_deref().unwrap_or_default().parse().expect("a number");
        let Some(token) = token else {
            let body = json!({
                "abhaNumber": number, "abhaAddress": address, "name": patient.name,
                "gender": "F", "yearOfBirth": patient.year,
            });
            let mut note = |id: &str| self.note(id, address, "");
            self.call_as(Operation::GenerateToken, V3, body, None, &mut note).await;
            return;
        };
        for visit in patient.visits.iter().filter(|visit| !visit.linked && !visit.asked) {
            let code = visit.code.clone();
            self.with_visit(address, &code, |visit| visit.asked = true);
            let body = json!({
                "abhaNumber": number.to_string(), "abhaAddress": address,
                "patient": groups(&patient, std::slice::from_ref(&code)),
            });
            let mut note = |id: &str| self.note(id, address, &code);
            let operation = Operation::LinkCareContext;
            let status = self.call_as(operation, V3, body, Some(&token), &mut note).await;
            if self.defect == Defect::LinksOnAccepted && status == 202 {
                self.with_visit(address, &code, |visit| visit.linked = true);
            }
        }
    }

    fn note(&self, id: &str, address: &str, code: &str) {
        self.memory.lock().sent.insert(id.to_owned(), (address.to_owned(), code.to_owned()));
    }

    fn with_visit(&self, address: &str, code: &str, change: impl FnOnce(&mut Visit)) {
        let mut memory = self.memory.lock();
        let patient = memory.by_address(address).expect("a patient");
        change(patient.visits.iter_mut().find(|visit| visit.code == code).expect("a visit"));
    }

    fn sent(&self, callback: &Value) -> Option<(String, String)> {
        self.memory.lock().sent.get(callback["response"]["requestId"].as_str()?).cloned()
    }

    pub(super) async fn on_token(&self, callback: &Value) {
        let Some((address, _)) = self.sent(callback) else { return };
        if let Some(token) = callback["linkToken"].as_str() {
            self.memory.lock().tokens.insert(address.clone(), token.to_owned());
            self.link_all(&address).await;
        }
    }

    pub(super) async fn on_link(&self, callback: &Value) {
        let Some((address, code)) = self.sent(callback) else { return };
        let error = callback["error"]["code"].as_str().unwrap_or_default();
        let success = callback["status"].as_str().is_some_and(|it| it.starts_with("Success"));
        if success || error.starts_with("ABDM-1056") {
            self.with_visit(&address, &code, |visit| visit.linked = true);
        } else if error.starts_with("ABDM-1038") {
            let first = {
                let mut memory = self.memory.lock();
                memory.tokens.remove(&address);
                memory.asked.remove(&address);
                memory.redone.insert(address.clone())
            };
            if first {
                self.with_visit(&address, &code, |visit| visit.asked = false);
                self.link_all(&address).await;
            }
        }
    }
}
