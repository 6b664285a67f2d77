//! Measures how far the live generation is behind while the next one is built.

use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Time between two checks.
const INTERVAL: Duration = Duration::from_millis(50);

/// Watches one projection until it is stopped.
pub(super) struct Lag {
    task: JoinHandle<Result<LagSeen, sqlx::Error>>,
    stop: watch::Sender<bool>,
}

/// Number of events between the live generation and the end of the log.
#[derive(Default, Clone, Copy)]
pub(super) struct LagSeen {
    pub(super) median: i64,
    pub(super) most: i64,
}

impl Lag {
    pub(super) fn watch(pool: PgPool, name: &'static str) -> Self {
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(async move {
            let mut seen: Vec<i64> = vec![];
            while !*stopped.borrow() {
                let lag: Option<i64> = sqlx::query_scalar(
                    "SELECT h.position - p.position FROM es.projection p JOIN es.log_head h USING (shard) \
                      WHERE p.name = $1 AND p.state = 'live'",
                )
                .bind(name)
                .fetch_optional(&pool)
                .await?;
                seen.extend(lag);
                tokio::time::sleep(INTERVAL).await;
            }
            seen.sort_unstable();
            let median = seen.get(seen.len() / 2).copied().unwrap_or_default();
            Ok(LagSeen { median, most: seen.last().copied().unwrap_or_default() })
        });
        Self { task, stop }
    }

    pub(super) async fn stop(self) -> anyhow::Result<LagSeen> {
        self.stop.send_replace(true);
        Ok(self.task.await??)
    }
}
