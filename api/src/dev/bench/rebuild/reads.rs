//! Continuous reads of data that is known to exist.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use hip_commands::port::document_store::{CollectionName, Document, Fields};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::author::Known;
use super::report::ReadReport;
use crate::app::App;
use crate::dev::bench::sample::Latencies;

/// Pause between two rounds of reads.
const PAUSE: Duration = Duration::from_millis(5);

/// Reads that continue until they are stopped.
pub(super) struct Reads {
    task: JoinHandle<ReadReport>,
    stop: watch::Sender<bool>,
}

/// The expected results of the reads.
struct Expected {
    app: Arc<App>,
    code: String,
    documents: Vec<(CollectionName, String, Fields)>,
    holder: hip_commands::port::link_token_cache::Holder,
}

impl Reads {
    pub(super) async fn start(app: &Arc<App>, known: &Known) -> anyhow::Result<Self> {
        let names = app.config.documents.names()?;
        let mut documents = vec![];
        for (collection, key) in [
            (names.care_contexts, Some(known.subject.to_string())),
            (names.resources, None),
            (names.responses, None),
            (names.link_token_responses, None),
        ] {
            let found = first(app, &collection, key.as_deref()).await?;
            documents.push((collection, found.key, found.fields));
        }
        let expected = Expected {
            app: Arc::clone(app),
            code: known.code.clone(),
            documents,
            holder: known.holder.clone(),
        };
        let (stop, stopped) = watch::channel(false);
        Ok(Self { task: tokio::spawn(read(expected, stopped)), stop })
    }

    pub(super) async fn stop(self) -> anyhow::Result<ReadReport> {
        self.stop.send_replace(true);
        Ok(self.task.await?)
    }
}

/// Returns the document with this key, or the first document.
async fn first(
    app: &App,
    collection: &CollectionName,
    key: Option<&str>,
) -> anyhow::Result<Document> {
    let found = match key {
        Some(key) => app.documents.get(collection, key).await?,
        None => app.documents.page(collection, None, 1).await?.pop(),
    };
    found.with_context(|| format!("{collection} is empty"))
}

async fn read(expected: Expected, stopped: watch::Receiver<bool>) -> ReadReport {
    let (mut count, mut wrong) = (0, 0);
    let mut latencies = Latencies::default();
    while !*stopped.borrow() {
        let begun_at = Instant::now();
        let is_shown = expected.is_shown().await;
        latencies.push(begun_at.elapsed());
        let others = [expected.are_documents_there().await, expected.is_token_there().await];
        count += 3;
        wrong += [is_shown, others[0], others[1]].iter().filter(|right| !**right).count();
        tokio::time::sleep(PAUSE).await;
    }
    let percentiles = latencies.percentiles();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    ReadReport {
        count,
        wrong,
        p50_ms: percentiles.map(|it| ms(it.p50)),
        p99_ms: percentiles.map(|it| ms(it.p99)),
    }
}

impl Expected {
    /// Reads the visit with the query of `GET /v1/visits/{code}`.
    async fn is_shown(&self) -> bool {
        let shown: Result<Option<(bool, Option<String>, i32)>, _> = sqlx::query_as(
            "SELECT v.linked, c.link_state, jsonb_array_length(v.documents) \
               FROM hip.visit v LEFT JOIN hip.care_context c ON c.visit_stream_id = v.stream_id \
              WHERE v.visit_code = $1",
        )
        .bind(&self.code)
        .fetch_optional(&self.app.pool)
        .await;
        matches!(shown, Ok(Some((true, Some(state), 1))) if state == "linked")
    }

    async fn are_documents_there(&self) -> bool {
        for (collection, key, fields) in &self.documents {
            let found = self.app.documents.get(collection, key).await;
            if !matches!(found, Ok(Some(document)) if document.fields == *fields) {
                return false;
            }
        }
        true
    }

    async fn is_token_there(&self) -> bool {
        matches!(self.app.ports.link_tokens.get(&self.holder).await, Ok(Some(_)))
    }
}
