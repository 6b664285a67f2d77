//! All messages between the HIP and the simulator, in both directions, in the order in which they started.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::run::clock;
use crate::run::tick::Tick;
use crate::wire::operation::Operation;
use crate::wire::peer::Peer;

/// Direction of a message, from the HIP's point of view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The simulator called the HIP.
    In,
    /// The HIP called the simulator.
    Out,
}

impl Direction {
    /// `in` or `out`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// One HTTP exchange. Each attempt to deliver a callback is an entry of its own.
#[derive(Clone, Debug)]
pub struct Entry {
    /// When it started.
    pub at: DateTime<Utc>,
    /// Direction from the HIP's point of view.
    pub direction: Direction,
    /// The part of the simulator that sent or received it.
    pub peer: Peer,
    /// The operation of a call of the HIP; `None` for an unknown path and for a callback.
    pub operation: Option<Operation>,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path, including the query.
    pub path: String,
    /// The headers. Names of the contract have its spelling (`REQUEST-ID`), other names are in lower case.
    pub headers: BTreeMap<String, String>,
    /// The request body: parsed if it is JSON, else the text; null if it is empty.
    pub body: Value,
    /// The answer's status; `None` without an answer.
    ///
    /// There is no answer if the call is held, if the caller disconnected before it was processed, or if the
    /// callback could not be delivered.
    pub status: Option<u16>,
    /// The answer's body, in the same form as `body`; null until there is an answer.
    pub answer: Value,
    /// The REQUEST-ID header; in v0.5 the `requestId` of the body.
    pub request_id: Option<String>,
    /// Whether this is a refused repeat of a call, a repeated page, or a redelivery of a callback.
    pub duplicate: bool,
    /// The rules of the contract that this message violated.
    pub violations: Vec<String>,
}

impl Entry {
    /// The value of a header. The case of `name` does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The entry as one line of a capture, with `***` in place of each token, secret and OTP.
    ///
    /// Personal data is not masked.
    pub fn masked(&self) -> Value {
        let headers: serde_json::Map<String, Value> = self
            .headers
            .iter()
            .map(|(name, value)| {
                let secret = SECRET_HEADERS.iter().any(|known| known.eq_ignore_ascii_case(name));
                (name.clone(), if secret { json!(MASK) } else { json!(value) })
            })
            .collect();
        json!({
            "at": clock::wire(self.at),
            "direction": self.direction.as_str(),
            "peer": self.peer.as_str(),
            "method": self.method,
            "path": self.path,
            "headers": headers,
            "body": masked(&self.body, self.peer),
            "status": self.status,
        })
    }
}

const MASK: &str = "***";
const SECRET_HEADERS: [&str; 3] = ["Authorization", "X-LINK-TOKEN", "X-AUTH-TOKEN"];
/// Names of secret members. `token` is the OTP of a link confirmation.
const SECRET_MEMBERS: [&str; 5] =
    ["clientSecret", "accessToken", "refreshToken", "linkToken", "token"];

fn masked(value: &Value, peer: Peer) -> Value {
    let is_secret = |name: &str| {
        // A text message contains the OTP.
        SECRET_MEMBERS.contains(&name) || (peer == Peer::Sms && name == "text")
    };
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| {
                let secret = is_secret(name) && !member.is_null();
                (name.clone(), if secret { json!(MASK) } else { masked(member, peer) })
            })
            .collect(),
        Value::Array(items) => items.iter().map(|item| masked(item, peer)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// The expected entry did not appear in the journal in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not seen within {} ms", waited.as_millis())]
pub struct NotSeen {
    /// How long the caller waited.
    pub waited: Duration,
}

/// The messages of one run. They stay in memory until the end of the run, including their bodies.
pub struct Journal {
    entries: Mutex<Vec<Arc<Entry>>>,
    tick: Arc<Tick>,
}

impl Journal {
    pub(crate) fn new(tick: Arc<Tick>) -> Self {
        Self { entries: Mutex::default(), tick }
    }

    /// All entries so far, in the order in which they started.
    pub fn snapshot(&self) -> Vec<Arc<Entry>> {
        self.entries.lock().clone()
    }

    /// Number of calls of `operation` so far, including refused and unanswered ones.
    pub fn count(&self, operation: Operation) -> usize {
        self.entries.lock().iter().filter(|entry| entry.operation == Some(operation)).count()
    }

    /// A counter that grows with each change of the simulator's state, for a caller that waits in its own loop.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.tick.subscribe()
    }

    /// Waits until the entries satisfy `predicate`, which is checked now and after each change.
    ///
    /// # Errors
    ///
    /// [`NotSeen`] if `limit` has passed.
    pub async fn wait_until(
        &self,
        limit: Duration,
        mut predicate: impl FnMut(&[Arc<Entry>]) -> bool,
    ) -> Result<(), NotSeen> {
        self.tick
            .until(limit, || predicate(&self.snapshot()).then_some(()))
            .await
            .ok_or(NotSeen { waited: limit })
    }

    /// Waits for the first entry that satisfies `predicate`. Existing entries count.
    ///
    /// # Errors
    ///
    /// [`NotSeen`] if `limit` has passed.
    pub async fn wait_for(
        &self,
        limit: Duration,
        mut predicate: impl FnMut(&Entry) -> bool,
    ) -> Result<Arc<Entry>, NotSeen> {
        self.tick
            .until(limit, || self.snapshot().into_iter().find(|entry| predicate(entry)))
            .await
            .ok_or(NotSeen { waited: limit })
    }

    /// Records the start of an exchange. Returns its number for [`Self::complete`].
    pub(crate) fn open(&self, entry: Entry) -> usize {
        let number = {
            let mut entries = self.entries.lock();
            entries.push(Arc::new(entry));
            entries.len() - 1
        };
        self.tick.bump();
        number
    }

    /// Records the result of an exchange.
    pub(crate) fn complete(&self, number: usize, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.entries.lock().get_mut(number) {
            change(Arc::make_mut(entry));
        }
        self.tick.bump();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_entry_keeps_its_shape_and_loses_its_credentials() {
        let entry = Entry {
            at: clock::now(),
            direction: Direction::In,
            peer: Peer::Gateway,
            operation: None,
            method: "POST".into(),
            path: "/api/v3/hip/token/on-generate-token".into(),
            headers: [("Authorization", "Bearer a.b.c"), ("REQUEST-ID", "1")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            body: json!({"linkToken": "a.b.c", "error": null, "list": [{"clientSecret": "s"}]}),
            status: Some(202),
            answer: Value::Null,
            request_id: Some("1".into()),
            duplicate: false,
            violations: vec![],
        };
        let line = entry.masked();
        assert_eq!(line["headers"], json!({"Authorization": "***", "REQUEST-ID": "1"}));
        let body = json!({"linkToken": "***", "error": null, "list": [{"clientSecret": "***"}]});
        assert_eq!(line["body"], body);
        let mut names: Vec<&String> = line.as_object().expect("an object").keys().collect();
        names.sort();
        assert_eq!(
            names,
            ["at", "body", "direction", "headers", "method", "path", "peer", "status"]
        );
    }
}
