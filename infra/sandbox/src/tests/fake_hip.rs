//! A minimal HIP: it records callbacks, and answers with the statuses that a test sets.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use parking_lot::Mutex;
use serde_json::Value;

use super::setting::SOON;
use crate::run::tick::Tick;
use crate::wire::message::{read_body, read_headers};

#[derive(Clone, Debug)]
pub(super) struct RecordedRequest {
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Value,
}

#[derive(Default)]
struct Inbox {
    received: Vec<RecordedRequest>,
    taken: Vec<bool>,
    statuses: VecDeque<u16>,
}

#[derive(Clone)]
pub(super) struct FakeHip {
    pub(super) url: String,
    inbox: Arc<Mutex<Inbox>>,
    tick: Arc<Tick>,
}

impl FakeHip {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let hip = Self {
            url: format!("http://{}", listener.local_addr().expect("an address")),
            inbox: Arc::default(),
            tick: Arc::new(Tick::new()),
        };
        let router = Router::new().fallback(receive).with_state(hip.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        hip
    }

    /// Answers the next callbacks with these statuses, and all later ones with 202.
    pub(super) fn will_answer(&self, statuses: &[u16]) {
        self.inbox.lock().statuses.extend(statuses);
    }

    /// Waits for the next callback to `path` that was not taken before, accepted or refused.
    pub(super) async fn next(&self, path: &str) -> RecordedRequest {
        let take = || {
            let mut inbox = self.inbox.lock();
            let index = (0..inbox.received.len())
                .find(|index| !inbox.taken[*index] && inbox.received[*index].path == path)?;
            inbox.taken[index] = true;
            Some(inbox.received[index].clone())
        };
        self.tick.until(SOON, take).await.expect("a callback")
    }

    pub(super) fn count(&self, path: &str) -> usize {
        let inbox = self.inbox.lock();
        inbox.received.iter().filter(|received| received.path == path).count()
    }
}

async fn receive(State(hip): State<FakeHip>, request: Request) -> StatusCode {
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("a body");
    let status = {
        let mut inbox = hip.inbox.lock();
        inbox.received.push(RecordedRequest {
            path: parts.uri.path().to_owned(),
            headers: read_headers(&parts.headers),
            body: read_body(&bytes).0,
        });
        inbox.taken.push(false);
        inbox.statuses.pop_front().unwrap_or(202)
    };
    hip.tick.bump();
    StatusCode::from_u16(status).expect("a status")
}
