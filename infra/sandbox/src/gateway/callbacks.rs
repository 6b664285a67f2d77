//! Callbacks: what the gateway says of its own accord, again and again until it is heard.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tracing::{info, warn};

use crate::clock;
use crate::journal::{Direction, Entry, Peer};
use crate::message::read_body;
use crate::question::Asked;
use crate::version::ApiVersion;
use crate::world::World;

use super::sessions;

/// A message to the HIP. Its bearer and its TIMESTAMP are set when it is first sent.
#[derive(Clone, Debug)]
pub(crate) struct Callback {
    pub(crate) request_id: String,
    facility: String,
    /// Below the bridge URL, `/api` included.
    path: String,
    body: Value,
    pub(crate) version: ApiVersion,
    /// Its TIMESTAMP, if that is not the time of the first attempt.
    dated: Option<DateTime<Utc>>,
}

impl Callback {
    /// The same message under another REQUEST-ID.
    pub(crate) fn renamed(&self, request_id: String) -> Self {
        Self { request_id, ..self.clone() }
    }

    pub(crate) fn new(world: &World, facility: &str, path: &str, body: Value) -> Self {
        Self {
            request_id: world.draw.id(),
            facility: facility.to_owned(),
            path: path.to_owned(),
            body,
            version: ApiVersion::V3,
            dated: None,
        }
    }

    /// The same message in another version of the API.
    pub(crate) fn in_version(self, version: ApiVersion) -> Self {
        Self { version, ..self }
    }

    /// The same message with another TIMESTAMP: one that was overtaken on its way.
    pub(crate) fn dated(self, at: DateTime<Utc>) -> Self {
        Self { dated: Some(at), ..self }
    }

    /// The headers and the body, as they go out at `now` and at every later attempt.
    fn write(&self, bearer: &str, now: DateTime<Utc>) -> (BTreeMap<String, String>, Value) {
        let mut headers: BTreeMap<String, String> = [
            ("Authorization", format!("Bearer {bearer}")),
            ("Content-Type", "application/json".to_owned()),
            ("X-HIP-ID", self.facility.clone()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let mut body = self.body.clone();
        let timestamp = clock::wire(self.dated.unwrap_or(now));
        match self.version {
            ApiVersion::V3 => {
                headers.insert("REQUEST-ID".to_owned(), self.request_id.clone());
                headers.insert("TIMESTAMP".to_owned(), timestamp);
            }
            ApiVersion::V05 => {
                body["requestId"] = json!(self.request_id);
                body["timestamp"] = json!(timestamp);
            }
        }
        (headers, body)
    }
}

/// The gateway's own bearer, which many callbacks share.
///
/// The real gateway was seen to send tokens minted up to nine minutes before.
#[derive(Default)]
pub(crate) struct GatewayBearer(Mutex<Option<(String, DateTime<Utc>)>>);

impl GatewayBearer {
    const AGE_MAX: TimeDelta = TimeDelta::minutes(9);

    fn get(&self, world: &World, now: DateTime<Utc>) -> String {
        let lifetime = TimeDelta::from_std(world.options.session_lifetime).unwrap_or_default();
        let age_max = Self::AGE_MAX.min(lifetime / 2);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((bearer, minted_at)) if now - *minted_at < age_max => bearer.clone(),
            Some(_) | None => {
                let claims = sessions::claims(world, "gateway", "Bearer", now);
                let bearer = world.keys.session.sign(&claims);
                *kept = Some((bearer.clone(), now));
                bearer
            }
        }
    }
}

/// `error` of a callback.
pub(crate) fn error(code: &str, message: &str) -> Value {
    json!({"code": format!("{code}: "), "message": message})
}

/// Send in the background, until the HIP accepts, the attempts are used up, or the twin stops.
pub(crate) fn send(world: &Arc<World>, callback: Callback) {
    world.change(|state| {
        let asked = Asked { version: callback.version, heard_at: None };
        state.asked.insert(callback.request_id.clone(), asked);
    });
    let world = Arc::clone(world);
    tokio::spawn(async move {
        let mut stopping = world.stopping.subscribe();
        tokio::select! {
            () = deliver(&world, &callback) => {}
            _ = stopping.wait_for(|stopping| *stopping) => {}
        }
    });
}

async fn deliver(world: &World, callback: &Callback) {
    tokio::time::sleep(world.options.callback_delay).await;
    let now = clock::now();
    let bearer = world.gateway_bearer.get(world, now);
    let (headers, body) = callback.write(&bearer, now);
    let attempts_max = world.options.redelivery.attempts_max.max(1);
    for attempt in 1..=attempts_max {
        if attempt > 1 {
            tokio::time::sleep(world.options.redelivery.interval).await;
        }
        if attempt_once(world, callback, (&headers, &body), attempt).await {
            return;
        }
    }
    warn!(path = callback.path, request.id = callback.request_id, "callback given up");
}

/// Whether the HIP accepted it.
async fn attempt_once(
    world: &World,
    callback: &Callback,
    (headers, body): (&BTreeMap<String, String>, &Value),
    attempt: u32,
) -> bool {
    let Some(bridge) = world.look(|state| state.bridge_url.clone()) else {
        warn!(path = callback.path, "no bridge URL is registered");
        return false;
    };
    let url = format!("{bridge}{}", callback.path);
    let entry = world.journal.open(Entry {
        at: clock::now(),
        direction: Direction::In,
        peer: Peer::Gateway,
        operation: None,
        method: "POST".to_owned(),
        path: path_of(&url).to_owned(),
        headers: headers.clone(),
        body: body.clone(),
        status: None,
        answer: Value::Null,
        request_id: Some(callback.request_id.clone()),
        duplicate: attempt > 1,
        violations: vec![],
    });
    let mut request = world.http.post(url).body(body.to_string());
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let (status, answer) = match request.send().await {
        Ok(response) => {
            let status = response.status().as_u16();
            let bytes = response.bytes().await.unwrap_or_default();
            (Some(status), read_body(&bytes).0)
        }
        Err(_) => (None, Value::Null),
    };
    let accepted = status.is_some_and(|status| (200..300).contains(&status));
    if accepted {
        world.change(|state| {
            if let Some(asked) = state.asked.get_mut(&callback.request_id) {
                asked.heard_at.get_or_insert_with(clock::now);
            }
        });
    }
    let mut violations = vec![];
    if accepted && !answer.is_null() {
        violations.push("a callback is acknowledged with an empty body".to_owned());
    }
    world.record_violations(None, Some(&callback.request_id), &violations);
    info!(path = callback.path, request.id = callback.request_id, attempt, status, "callback sent");
    world.journal.complete(entry, |entry| {
        entry.status = status;
        entry.answer = answer;
        entry.violations = violations;
    });
    accepted
}

/// The path of an absolute URL.
fn path_of(url: &str) -> &str {
    url.split_once("://")
        .and_then(|(_, rest)| rest.find('/').map(|start| &rest[start..]))
        .unwrap_or("/")
}
