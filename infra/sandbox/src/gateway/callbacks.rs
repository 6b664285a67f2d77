//! Callbacks of the gateway, with redelivery until the HIP accepts.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tracing::{info, warn};

use crate::journal::{Direction, Entry};
use crate::run::clock;
use crate::wire::callback::Callback;
use crate::wire::message::read_body;
use crate::wire::peer::Peer;
use crate::wire::question::ReceivedQuestion;
use crate::world::World;

use super::sessions;

/// The `error` member of a callback. The code ends with a colon and a space, as at the real gateway.
pub(crate) fn error(code: &str, message: &str) -> Value {
    json!({"code": format!("{code}: "), "message": message})
}

/// Sends a callback in the background until the HIP accepts it, no attempt is left, or the simulator stops.
pub(crate) fn send(world: &Arc<World>, callback: Callback) {
    world.change(|state| {
        let asked = ReceivedQuestion { version: callback.version, heard_at: None };
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

fn bearer(world: &World, now: DateTime<Utc>) -> String {
    let lifetime = TimeDelta::from_std(world.options.session_lifetime).unwrap_or_default();
    let mint = || world.keys.session.sign(&sessions::claims(world, "gateway", "Bearer", now));
    world.gateway_bearer.get(now, lifetime, mint)
}

async fn deliver(world: &World, callback: &Callback) {
    tokio::time::sleep(world.options.callback_delay).await;
    let now = clock::now();
    let bearer = bearer(world, now);
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

/// Makes one attempt. Returns whether the HIP accepted the callback with a 2xx status.
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

/// The path of an absolute URL; `/` if it has none.
fn path_of(url: &str) -> &str {
    url.split_once("://")
        .and_then(|(_, rest)| rest.find('/').map(|start| &rest[start..]))
        .unwrap_or("/")
}
