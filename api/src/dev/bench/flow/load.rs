//! Requests from outside: as fast as they are answered, or at a steady rate.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use reqwest::{Client, StatusCode};
use tokio::task::JoinSet;

use crate::dev::bench::sample::Latencies;

/// What a load has seen: the time until each answer, and the time of all.
pub(in crate::dev::bench) struct Sent {
    pub(in crate::dev::bench) latencies: Latencies,
    pub(in crate::dev::bench) took: Duration,
}

/// Sends `count` requests from `senders` senders, each when its last one was answered.
pub(in crate::dev::bench) async fn burst<F>(
    count: u32,
    senders: u32,
    send: Arc<F>,
) -> anyhow::Result<Sent>
where
    F: AsyncRequest,
{
    let next = Arc::new(AtomicU32::new(0));
    let begun_at = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..senders {
        let (next, send) = (Arc::clone(&next), Arc::clone(&send));
        tasks.spawn(async move {
            let mut latencies = Latencies::default();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= count {
                    return anyhow::Ok(latencies);
                }
                let sent_at = Instant::now();
                send.send(n).await?;
                latencies.push(sent_at.elapsed());
            }
        });
    }
    let mut latencies = Latencies::default();
    while let Some(sender) = tasks.join_next().await {
        latencies.append(sender.context("a sender ended")??);
    }
    Ok(Sent { latencies, took: begun_at.elapsed() })
}

/// Sends `count` requests at a steady rate, whether or not earlier ones are answered.
pub(in crate::dev::bench) async fn steady<F>(
    count: u32,
    per_s: u32,
    send: Arc<F>,
) -> anyhow::Result<()>
where
    F: AsyncRequest,
{
    let begun_at = tokio::time::Instant::now();
    let mut tasks = JoinSet::new();
    for n in 0..count {
        tokio::time::sleep_until(begun_at + Duration::from_secs(n.into()) / per_s).await;
        let send = Arc::clone(&send);
        tasks.spawn(async move { send.send(n).await });
    }
    while let Some(sent) = tasks.join_next().await {
        sent.context("a sender ended")??;
    }
    Ok(())
}

/// A request that a load sends again and again.
pub(in crate::dev::bench) trait AsyncRequest: Send + Sync + 'static {
    /// Sends the `n`th request, and waits for its answer.
    fn send(&self, n: u32) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// A client that keeps its connections.
pub(in crate::dev::bench) fn client() -> anyhow::Result<Client> {
    let client = Client::builder().pool_max_idle_per_host(usize::MAX).tcp_nodelay(true);
    client.timeout(Duration::from_mins(2)).build().context("no HTTP client can be made")
}

/// Checks the status of an answer, and reads it to its end, so that the connection can be used again.
pub(in crate::dev::bench) async fn expect(
    answer: reqwest::Result<reqwest::Response>,
    expected: StatusCode,
) -> anyhow::Result<()> {
    let answer = answer.context("the service does not answer")?;
    let status = answer.status();
    answer.bytes().await.context("an answer breaks off")?;
    ensure!(status == expected, "the service answered with {status} instead of {expected}");
    Ok(())
}
