//! A record system from which visits are fetched, as far as it can be seen from outside.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::person::visit;

/// What the record system wants to be shown.
pub const KEY: &str = "suite-visit-key";

/// A second facility, beside that of the suite.
pub const OTHER_FACILITY: &str = "IN0610099002";

/// What it says about a visit: status and body.
type Answers = dyn Fn(&str) -> (u16, Value) + Send + Sync;

struct Inner {
    answers: Mutex<Arc<Answers>>,
    asked: Mutex<Vec<String>>,
    delay: Duration,
}

/// A running record system.
pub struct RecordSystem {
    url: String,
    inner: Arc<Inner>,
    task: JoinHandle<()>,
}

impl RecordSystem {
    /// One that has a document for every code, and takes `delay` to find it.
    ///
    /// # Panics
    ///
    /// When loopback has no free port.
    pub async fn start(delay: Duration) -> Self {
        let inner = Arc::new(Inner {
            answers: Mutex::new(Arc::new(|code| (200, document(code)))),
            asked: Mutex::default(),
            delay,
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
        let address = listener.local_addr().expect("a bound socket has an address");
        let router = Router::new().route("/visit/{code}", get(answer)).with_state(inner.clone());
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves until it is aborted");
        });
        Self { url: format!("http://{address}"), inner, task }
    }

    /// From now on it says this.
    pub fn say(&self, answers: impl Fn(&str) -> (u16, Value) + Send + Sync + 'static) {
        *self.inner.answers.lock() = Arc::new(answers);
    }

    /// The codes that it was asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.inner.asked.lock().clone()
    }

    /// The provider's configuration for it, and for the second facility.
    pub fn sections(&self, more: &str) -> String {
        format!(
            "[[facility]]\nid = {OTHER_FACILITY:?}\nname = \"PHC Elsewhere\"\n\
             [[visit_source]]\nname = \"amrit\"\nvisit_url = \"{}/visit/{{visitCode}}\"\n\
             poll_s = 1\n{more}",
            self.url
        )
    }
}

impl Drop for RecordSystem {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(
    State(inner): State<Arc<Inner>>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> (StatusCode, String) {
    inner.asked.lock().push(code.clone());
    tokio::time::sleep(inner.delay).await;
    if headers.get(AUTHORIZATION).is_none_or(|shown| shown != KEY) {
        return (StatusCode::UNAUTHORIZED, String::new());
    }
    let answers = inner.answers.lock().clone();
    let (status, body) = answers(&code);
    let status = StatusCode::from_u16(status).expect("a test answers with a status");
    (status, body.to_string())
}

/// The document of a visit: a few hundred patients; codes that begin with 2 are of the other facility.
/// Its `eventId` is another one each time.
#[expect(clippy::disallowed_methods, reason = "the record system draws ids of its own")]
pub fn document(code: &str) -> Value {
    let mut document = visit(code, false);
    let patient =
        code.bytes().rev().take(2).fold(0, |sum, digit| 10 * sum + u32::from(digit - b'0'));
    document["eventId"] = json!(uuid::Uuid::new_v4());
    document["beneficiary"]["beneficiaryId"] = json!(format!("7700{patient:04}"));
    if code.starts_with('2') {
        document["facility"]["abdmFacilityId"] = json!(OTHER_FACILITY);
    }
    document
}
