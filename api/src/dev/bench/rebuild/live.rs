//! The projections, run as in the service, without the process managers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hip_commands::port::{Ids, Log};
use hip_infra::ambient::ids::RandomIds;
use hip_infra::subscription::rebuild::Projection;
use hip_infra::subscription::{Subscriber, Subscription, SubscriptionConfig};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::report::Phase;
use crate::app::App;
use crate::service::READER_POLL;

/// Running projections.
pub(super) struct Live {
    readers: JoinSet<()>,
    stop: watch::Sender<bool>,
}

impl Live {
    pub(super) fn start(app: &App, projections: &[Arc<dyn Projection>]) -> Self {
        let (stop, stopped) = watch::channel(false);
        let process = RandomIds.random();
        let mut readers = JoinSet::new();
        for projection in projections {
            let log: Arc<dyn Log> = app.log.clone();
            let config = SubscriptionConfig { lease: app.config.lease(), poll: READER_POLL };
            let subscriber = Arc::clone(projection) as Arc<dyn Subscriber>;
            let reader = Subscription::new(log, app.pool.clone(), subscriber, config, process);
            readers.spawn(reader.run(app.log.watch_head(), stopped.clone()));
        }
        Self { readers, stop }
    }

    /// Waits until all projections have reached the current end of the log.
    pub(super) async fn catch_up(&self, app: &App) -> anyhow::Result<Phase> {
        let begun_at = Instant::now();
        let head = app.log.head().await?;
        let readers = i64::try_from(self.readers.len())?;
        loop {
            let (there, halted): (i64, i64) = sqlx::query_as(
                "SELECT count(*) FILTER (WHERE state = 'live' AND position >= $1), \
                        count(*) FILTER (WHERE state = 'halted') FROM es.projection",
            )
            .bind(head)
            .fetch_one(&app.pool)
            .await?;
            anyhow::ensure!(halted == 0, "a reader has halted");
            if there == readers {
                return Ok(Phase { events: head, seconds: begun_at.elapsed().as_secs_f64() });
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub(super) async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.readers.join_next().await.is_some() {}
    }
}
