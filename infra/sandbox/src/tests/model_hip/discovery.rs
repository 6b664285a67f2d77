//! Discovery and user-initiated linking.

use serde_json::{Value, json};

use super::linking::groups;
use super::memory::{Memory, Patient, Waiting};
use super::{Defect, ModelHip, Question, error};
use crate::run::clock;
use crate::{ApiVersion, Operation};

fn of_kind<'a>(list: &'a Value, kind: &str) -> Vec<&'a str> {
    let items = list.as_array().map_or(&[][..], Vec::as_slice);
    items.iter().filter(|it| it["type"] == kind).filter_map(|it| it["value"].as_str()).collect()
}

fn initial_and_family(name: &str) -> (Option<char>, Option<&str>) {
    (name.chars().next(), name.split(' ').next_back())
}

/// The only matching patient, and the identifiers that matched; `None` if none or several match.
fn find(memory: &Memory, asked: &Value) -> Option<(Patient, Vec<&'static str>)> {
    let address = asked["id"].as_str()?;
    let number = of_kind(&asked["verifiedIdentifiers"], "ABHA_NUMBER");
    for patient in memory.patients.values() {
        if patient.address.as_deref() == Some(address) {
            return Some((patient.clone(), vec!["ABHA_ADDRESS"]));
        }
        if patient.number.as_deref().is_some_and(|own| number.contains(&own)) {
            return Some((patient.clone(), vec!["ABHA_NUMBER"]));
        }
    }
    let mobiles = of_kind(&asked["verifiedIdentifiers"], "MOBILE");
    let records = of_kind(&asked["unverifiedIdentifiers"], "MR");
    let year =
        asked["yearOfBirth"].as_i64().or_else(|| asked["yearOfBirth"].as_str()?.parse().ok());
    let mut found = memory.patients.values().filter(|patient| {
        mobiles.iter().any(|mobile| mobile.ends_with(&patient.mobile))
            && if records.is_empty() {
                year.is_none_or(|year| (year - patient.year).abs() <= 2)
                    && initial_and_family(asked["name"].as_str().unwrap_or_default())
                        == initial_and_family(&patient.name)
            } else {
                records.contains(&patient.id.as_str())
            }
    });
    let by = if records.is_empty() { vec!["MOBILE"] } else { vec!["MOBILE", "MR"] };
    let one = found.next()?.clone();
    found.next().is_none().then_some((one, by))
}

/// Merges a list of groups into the single `patient` object of v0.5.
fn single(groups: &Value) -> Value {
    let mut patient = groups[0].clone();
    let mut contexts: Vec<Value> = vec![];
    for group in groups.as_array().into_iter().flatten() {
        for context in group["careContexts"].as_array().into_iter().flatten() {
            if !contexts.contains(context) {
                contexts.push(context.clone());
            }
        }
    }
    patient["careContexts"] = json!(contexts);
    for member in ["hiType", "count"] {
        patient.as_object_mut().expect("a group").remove(member);
    }
    patient
}

impl ModelHip {
    /// `patient` in the form of the API version of the answer.
    fn in_form(&self, question: &Question, groups: Value) -> Value {
        match question.version {
            ApiVersion::V05 if self.defect != Defect::SpeaksV3Only => single(&groups),
            ApiVersion::V05 | ApiVersion::V3 => groups,
        }
    }

    pub(super) async fn discover(&self, question: &Question) {
        let transaction = question.body["transactionId"].as_str().expect("an id").to_owned();
        let found = find(&self.memory.lock(), &question.body["patient"]);
        let mut body = match found {
            None => error("ABDM-1010"),
            Some((patient, by)) => {
                let open = patient.visits.iter().filter(|visit| !visit.linked);
                let codes: Vec<String> = open.map(|visit| visit.code.clone()).collect();
                if codes.is_empty() {
                    error("ABDM-1012")
                } else {
                    let offer = self.in_form(question, groups(&patient, &codes));
                    self.memory.lock().offers.insert(transaction.clone(), (patient.id, codes));
                    json!({"patient": offer, "matchedBy": by})
                }
            }
        };
        body["transactionId"] = json!(transaction);
        self.answer(question, Operation::OnDiscover, body).await;
    }

    pub(super) async fn init(&self, question: &Question) {
        let body = &question.body;
        let transaction = body["transactionId"].as_str().expect("an id");
        let offer = self.memory.lock().offers.get(transaction).cloned();
        let asked = &body["patient"];
        let list = asked.as_array().cloned().unwrap_or_else(|| vec![asked.clone()]);
        let mut chosen: Vec<String> = vec![];
        for context in list.iter().filter_map(|group| group["careContexts"].as_array()).flatten() {
            chosen.push(context["referenceNumber"].as_str().expect("a reference").to_owned());
        }
        let mut answer = match offer {
            None => error("ABDM-1017"),
            Some((_, codes)) if chosen.iter().any(|it| !codes.contains(it)) => error("ABDM-1057"),
            Some((patient, _)) => {
                let reference = self.draw.id();
                let number = u32::from_le_bytes(self.draw.bytes());
                let otp = (100_000 + number % 900_000).to_string();
                let mobile = self.memory.lock().patients[&patient].mobile.clone();
                let groups = groups(&self.memory.lock().patients[&patient], &chosen);
                let chosen = self.in_form(question, groups);
                let waiting = Waiting { patient, chosen, otp: otp.clone(), tries_left: 3 };
                self.memory.lock().waiting.insert(reference.clone(), waiting);
                let text = json!({"to": mobile, "text": format!("Your OTP is {otp}.")});
                let request = self.http.post(&self.sms).bearer_auth("any");
                let request = request.header("Content-Type", "application/json");
                request.body(text.to_string()).send().await.expect("a text message");
                let expiry = clock::wire(clock::now() + chrono::TimeDelta::minutes(10));
                json!({"link": {
                    "referenceNumber": reference, "authenticationType": "DIRECT", "meta": {
                        "communicationMedium": "MOBILE",
                        "communicationHint": format!("******{}", &mobile[6..]),
                        "communicationExpiry": expiry,
                    },
                }})
            }
        };
        answer["transactionId"] = json!(transaction);
        self.answer(question, Operation::OnInit, answer).await;
    }

    pub(super) async fn confirm(&self, question: &Question) {
        let confirmation = &question.body["confirmation"];
        let reference = confirmation["linkRefNumber"].as_str().expect("a reference").to_owned();
        let token = &confirmation["token"];
        let token = token.as_str().map_or_else(|| token.to_string(), str::to_owned);
        let any = self.defect == Defect::AnyOtp;
        let (answer, linked) = {
            let mut memory = self.memory.lock();
            match memory.waiting.get_mut(&reference) {
                None => (error("ABDM-1056"), None),
                Some(waiting) if waiting.tries_left > 0 && (any || waiting.otp == token) => {
                    (json!({"patient": waiting.chosen}), Some(waiting.clone()))
                }
                Some(waiting) => {
                    waiting.tries_left = waiting.tries_left.saturating_sub(1);
                    (error("ABDM-1035"), None)
                }
            }
        };
        if self.answer(question, Operation::OnConfirm, answer).await == 202
            && let Some(waiting) = linked
        {
            let chosen = waiting.chosen.to_string();
            let mut memory = self.memory.lock();
            let patient = memory.patients.get_mut(&waiting.patient).expect("a patient");
            for visit in &mut patient.visits {
                visit.linked |= chosen.contains(&visit.code);
            }
        }
    }
}
