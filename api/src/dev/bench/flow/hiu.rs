//! The HIUs of a run: they take every page, and note when the last of a transfer came.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::post;
use parking_lot::Mutex;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Path of the push address.
const PUSH_PATH: &str = "/data/push";

/// Maximum size of a page.
const PAGE_BYTES_MAX: usize = 16 << 20;

/// HIUs, each at an address of its own. They stop when this is dropped.
pub(super) struct FlowHius {
    addresses: Vec<SocketAddr>,
    taken: Arc<Taken>,
    serving: Vec<JoinHandle<()>>,
}

/// The pages of each transfer.
#[derive(Default)]
struct Taken(Mutex<HashMap<String, Pages>>);

#[derive(Clone, Copy)]
struct Pages {
    taken: u32,
    of: u32,
    last_at: Instant,
}

/// Pages that were taken.
pub(super) struct TakenPages {
    pub(super) page_count: u32,
    pub(super) last_at: Instant,
}

/// The members of a page that are read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    transaction_id: String,
    page_count: u32,
}

impl FlowHius {
    pub(super) async fn start(count: usize) -> io::Result<Self> {
        let taken = Arc::<Taken>::default();
        let (mut addresses, mut serving) = (vec![], vec![]);
        for _ in 0..count {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            addresses.push(listener.local_addr()?);
            let router = Router::new()
                .route(PUSH_PATH, post(take))
                .layer(DefaultBodyLimit::max(PAGE_BYTES_MAX))
                .with_state(Arc::clone(&taken));
            serving.push(tokio::spawn(async move {
                if let Err(error) = axum::serve(listener, router).await {
                    tracing::error!(%error, "an HIU for measurements stopped serving");
                }
            }));
        }
        Ok(Self { addresses, taken, serving })
    }

    /// Host and port of each.
    pub(super) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The push address of one.
    pub(super) fn push_url(&self, number: usize) -> String {
        format!("http://{}{PUSH_PATH}", self.addresses[number % self.addresses.len()])
    }

    /// All pages of these transfers; `None` until each has its last one.
    pub(super) fn complete(&self, transactions: &[String]) -> Option<TakenPages> {
        let taken = self.taken.0.lock();
        let pages: Option<Vec<Pages>> = transactions
            .iter()
            .map(|transaction| taken.get(transaction).copied().filter(|it| it.taken >= it.of))
            .collect();
        let pages = pages?;
        Some(TakenPages {
            page_count: pages.iter().map(|pages| pages.taken).sum(),
            last_at: pages.iter().map(|pages| pages.last_at).max()?,
        })
    }
}

impl Drop for FlowHius {
    fn drop(&mut self) {
        self.serving.iter().for_each(JoinHandle::abort);
    }
}

async fn take(State(taken): State<Arc<Taken>>, body: Bytes) -> StatusCode {
    let Ok(page) = serde_json::from_slice::<Page>(&body) else { return StatusCode::BAD_REQUEST };
    let last_at = Instant::now();
    let mut taken = taken.0.lock();
    let pages = taken.entry(page.transaction_id);
    let pages = pages.or_insert(Pages { taken: 0, of: page.page_count, last_at });
    pages.taken += 1;
    pages.last_at = last_at;
    StatusCode::ACCEPTED
}
