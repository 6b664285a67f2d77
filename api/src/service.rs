//! A running provider: the doors, the readers of the log, the workers.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::TimeDelta;
use hip_commands::port::Log;
use hip_infra::conversations::PgConversations;
use hip_infra::eraser::Unclaimed;
use hip_infra::outbox::{self, Outbox};
use hip_infra::projection_status;
use hip_infra::reactions::Reactions;
use hip_infra::replays::{PgReplayQueue, Replays};
use hip_infra::subscription::{Pace, Subscriber, Subscription};
use hip_infra::visit_jobs::VisitJobs;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::compose::{self, Composed};
use crate::{http, read_models, restored};

/// Which parts of the provider a process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Role {
    /// Doors, readers and workers.
    All,
    /// Only the doors.
    Api,
    /// Only readers and workers.
    Worker,
}

/// How long a reader waits for a hint before it looks anyway: another process may have written.
pub(crate) const READER_POLL: Duration = Duration::from_millis(500);

/// Runs until `stop` turns true. Without a listener there are no doors.
pub(crate) async fn run(
    composed: Composed,
    listener: Option<TcpListener>,
    role: Role,
    stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let composed = Arc::new(composed);
    let mut parts = JoinSet::new();
    let erased_again = restored::erase_again(&composed).await?;
    let (vault, until) = (Arc::clone(&composed.vault), stop.clone());
    parts.spawn(async move {
        vault.forget_destroyed(until).await;
        Ok(())
    });
    if role != Role::Api {
        let process = composed.provider.ids.random();
        warn_of_others(&composed, process).await;
        start_readers(&composed, process, &mut parts, &stop)?;
    }
    restored::wait(&composed, &erased_again, &mut stop.clone()).await?;
    if let Some(listener) = listener {
        let router = http::router(Arc::clone(&composed), stop.clone());
        let mut stop = stop.clone();
        let stopped = async move {
            let _ = stop.wait_for(|stop| *stop).await;
        };
        parts.spawn(async move {
            axum::serve(listener, router)
                .with_graceful_shutdown(stopped)
                .await
                .context("HTTP cannot be served")
        });
    }
    while let Some(ended) = parts.join_next().await {
        ended.context("a part of the service panicked")??;
    }
    Ok(())
}

/// Link tokens in the memory of a process are at hand for that process only.
async fn warn_of_others(composed: &Composed, process: Uuid) {
    if composed.secrets.redis_url.is_none()
        && projection_status::is_shared(&composed.pool, process).await.unwrap_or(false)
    {
        tracing::warn!(
            "another process works on this database, or did until a moment ago; without REDIS_URL each reads \
             the link tokens of the other from the log"
        );
    }
}

fn start_readers(
    composed: &Arc<Composed>,
    process: Uuid,
    parts: &mut JoinSet<anyhow::Result<()>>,
    stop: &watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let work = Arc::new(Notify::new());
    let reactions: Arc<dyn Subscriber> = Arc::new(Reactions::new(Arc::clone(&work)));
    let read_models = read_models::all(composed)?.into_iter().map(|one| one as Arc<dyn Subscriber>);
    let log: Arc<dyn Log> = composed.log.clone();
    for subscriber in std::iter::once(reactions).chain(read_models) {
        let pace = Pace { lease: composed.config.lease(), poll: READER_POLL };
        let pool = composed.pool.clone();
        let subscription = Subscription::new(Arc::clone(&log), pool, subscriber, pace, process);
        let (head, stop) = (composed.log.watch_head(), stop.clone());
        parts.spawn(async move {
            subscription.run(head, stop).await;
            Ok(())
        });
    }
    if let Some(unclaimed) = unclaimed(composed) {
        let stop = stop.clone();
        parts.spawn(async move {
            unclaimed.run(stop).await;
            Ok(())
        });
    }
    if let Some(sealer) = compose::sealer(composed)? {
        let stop = stop.clone();
        parts.spawn(async move {
            sealer.run(stop).await;
            Ok(())
        });
    }
    let worker = &composed.config.worker;
    let pace = outbox::Pace {
        concurrency: worker.concurrency,
        lease: composed.config.lease(),
        poll: Duration::from_millis(worker.poll_ms),
    };
    if !composed.visit_sources.is_empty() {
        let (provider, pool) = (composed.provider.clone(), composed.pool.clone());
        let jobs = VisitJobs::new(provider, pool, composed.visit_sources.clone(), pace);
        let stop = stop.clone();
        parts.spawn(async move {
            jobs.run(stop).await;
            Ok(())
        });
    }
    let replays = Replays::new(
        composed.provider.clone(),
        Arc::new(PgConversations::new(composed.pool.clone())),
        Arc::new(PgReplayQueue::new(composed.pool.clone())),
        composed.pool.clone(),
        pace,
    );
    let stop_replays = stop.clone();
    parts.spawn(async move {
        replays.run(stop_replays).await;
        Ok(())
    });
    let outbox = Outbox::new(composed.provider.clone(), composed.pool.clone(), pace, work);
    let stop = stop.clone();
    parts.spawn(async move {
        outbox.run(stop).await;
        Ok(())
    });
    Ok(())
}

/// What sees to messages that are about nobody; nothing, when they are kept.
fn unclaimed(composed: &Composed) -> Option<Unclaimed> {
    let days = composed.config.erasure.unclaimed_messages_days;
    let facilities = composed.provider.settings.facilities.iter();
    (days > 0).then(|| Unclaimed {
        pool: composed.pool.clone(),
        vault: Arc::clone(&composed.vault),
        clock: Arc::clone(&composed.provider.clock),
        facilities: facilities.map(|facility| facility.id.clone()).collect(),
        age_max: TimeDelta::days(days.into()),
    })
}
