//! Scan and share, and opt-out.

use serde_json::{Value, json};

use super::{ModelHip, Question, error};
use crate::Operation;

impl ModelHip {
    pub(super) async fn share(&self, question: &Question) {
        let body = &question.body;
        let counter = body["metaData"]["context"].as_str().expect("a counter").to_owned();
        let address = body["profile"]["patient"]["abhaAddress"].as_str().expect("an address");
        let answer = if body["intent"] == "PROFILE_SHARE" {
            let mut memory = self.memory.lock();
            let next = memory.queue.len() + 1;
            let place = memory.queue.entry((counter.clone(), address.to_owned())).or_insert(next);
            json!({"acknowledgement": {
                "status": "SUCCESS", "abhaAddress": address,
                "profile": {
                    "context": counter, "tokenNumber": format!("{place:04}"), "expiry": 1800,
                },
            }})
        } else {
            error("ABDM-1149")
        };
        self.answer(question, Operation::OnShare, answer).await;
    }

    pub(super) fn opt_out(&self, callback: &Value) {
        let address = callback["notification"]["patient"]["id"].as_str().expect("an address");
        let mut memory = self.memory.lock();
        memory.gone.insert(address.to_owned());
        memory.tokens.remove(address);
        memory.consents.retain(|_, consent| consent.detail["patient"]["id"] != address);
    }
}
