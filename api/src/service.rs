//! A running provider: the doors, the readers of the log, the workers.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::TimeDelta;
use hip_commands::port::Log;
use hip_infra::postgres::epochs;
use hip_infra::postgres::eraser::Unclaimed;
use hip_infra::postgres::event_store::{forget_what_is_done, keep_partitions_ahead};
use hip_infra::postgres::queries::conversations::PgConversations;
use hip_infra::postgres::vault::kek;
use hip_infra::subscription::projection_status;
use hip_infra::subscription::reactions::Reactions;
use hip_infra::subscription::{Pace, Subscriber, Subscription};
use hip_infra::worker::outbox::{self, Outbox};
use hip_infra::worker::replays::{PgReplayQueue, Replays};
use hip_infra::worker::restart_after_panic;
use hip_infra::worker::visit_jobs::VisitJobs;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::compose::{self, Composed};
use crate::{failover, http, read_models, restored};

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

/// How often a process asks whether others have written.
const HEAD_INTERVAL: Duration = Duration::from_millis(250);

/// How long a reader waits for a hint before it looks to its lease.
pub(crate) const READER_POLL: Duration = Duration::from_millis(500);

/// What runs side by side until it is told to stop.
struct Parts {
    running: JoinSet<anyhow::Result<()>>,
    stop: watch::Receiver<bool>,
}

impl Parts {
    /// Starts a part that ends when it is told to, and never before.
    fn start<F>(&mut self, run: impl FnOnce(watch::Receiver<bool>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let part = run(self.stop.clone());
        self.running.spawn(async move {
            part.await;
            Ok(())
        });
    }

    /// Waits for all of them. The first that fails, or panics, ends the others.
    async fn join(mut self) -> anyhow::Result<()> {
        while let Some(ended) = self.running.join_next().await {
            ended.context("a part of the service panicked")??;
        }
        Ok(())
    }
}

/// Runs until `stop` turns true. Without a listener there are no doors.
pub(crate) async fn run(
    composed: Composed,
    listener: Option<TcpListener>,
    role: Role,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let composed = Arc::new(composed);
    let mut parts = Parts { running: JoinSet::new(), stop: stop.clone() };
    let vault = Arc::clone(&composed.vault);
    parts.start(|stop| async move { vault.forget_destroyed(stop).await });
    let pool = composed.pool.clone();
    parts.start(|stop| keep_partitions_ahead(pool, stop));
    check_keys(&composed, &mut stop).await?;
    let found = epochs::standing(&composed.pool).await?;
    let erased_again = restored::erase_again(&composed).await?;
    failover::take_up(&composed, &found).await?;
    if role != Role::Api {
        let process = composed.provider.ids.random();
        warn_of_others(&composed, process).await;
        let work = Arc::new(Notify::new());
        start_readers(&composed, process, &work, &mut parts)?;
        start_keepers(&composed, &mut parts).await?;
        start_workers(&composed, work, &mut parts);
    }
    restored::wait(&composed, &erased_again, &mut stop).await?;
    if let Some(listener) = listener {
        open_doors(&composed, listener, &mut parts);
    }
    parts.join().await
}

/// Looks again whether this process has the keys of the vault, now that no other will wrap keys with one that
/// it lacks; and opens those of the facilities.
async fn check_keys(composed: &Composed, stop: &mut watch::Receiver<bool>) -> anyhow::Result<()> {
    tokio::select! {
        () = composed.vault.until_listening() => {}
        _ = stop.changed() => {}
    }
    kek::check(&composed.pool, &composed.keks).await?;
    let facilities = composed.provider.settings.facilities.iter();
    let facilities: Vec<_> = facilities.map(|facility| facility.id.clone()).collect();
    composed.vault.open_facilities(&facilities).await.context("the keys of the facilities")
}

fn open_doors(composed: &Arc<Composed>, listener: TcpListener, parts: &mut Parts) {
    let router = http::router(Arc::clone(composed), parts.stop.clone());
    let limits = composed.config.http;
    let refused_callers = Arc::clone(&composed.refused_callers);
    parts.start(|stop| refused_callers.summarise(stop));
    parts.start(|stop| http::server::serve(listener, router, limits, stop));
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

/// The readers of the log. `work` is told when one of them has found some.
fn start_readers(
    composed: &Arc<Composed>,
    process: Uuid,
    work: &Arc<Notify>,
    parts: &mut Parts,
) -> anyhow::Result<()> {
    let reactions: Arc<dyn Subscriber> = Arc::new(Reactions::new(Arc::clone(work)));
    let read_models = read_models::all(composed)?.into_iter().map(|one| one as Arc<dyn Subscriber>);
    let log: Arc<dyn Log> = composed.log.clone();
    let followed = Arc::clone(&composed.log);
    parts.start(|stop| async move { followed.follow_head(HEAD_INTERVAL, stop).await });
    for subscriber in std::iter::once(reactions).chain(read_models) {
        let pace = Pace { lease: composed.config.lease(), poll: READER_POLL };
        let pool = composed.pool.clone();
        let subscription = Subscription::new(Arc::clone(&log), pool, subscriber, pace, process);
        let head = composed.log.watch_head();
        parts.start(|stop| subscription.run(head, stop));
    }
    Ok(())
}

/// Who looks after the log itself.
async fn start_keepers(composed: &Composed, parts: &mut Parts) -> anyhow::Result<()> {
    let pool = composed.pool.clone();
    parts.start(|stop| forget_what_is_done(pool, stop));
    if let Some(unclaimed) = unclaimed(composed) {
        parts.start(|stop| async move {
            restart_after_panic("unclaimed messages", || unclaimed.run(stop.clone())).await;
        });
    }
    if let Some(sealer) = compose::sealer(composed).await? {
        parts.start(|stop| async move {
            restart_after_panic("sealer", || sealer.run(stop.clone())).await;
        });
    }
    Ok(())
}

/// Who does what is due.
fn start_workers(composed: &Composed, work: Arc<Notify>, parts: &mut Parts) {
    let worker = &composed.config.worker;
    let pace = outbox::Pace {
        concurrency: worker.concurrency,
        lease: composed.config.lease(),
        poll: Duration::from_millis(worker.poll_ms),
    };
    let (provider, pool) = (&composed.provider, &composed.pool);
    if !composed.visit_sources.is_empty() {
        let sources = composed.visit_sources.clone();
        let jobs = VisitJobs::new(provider.clone(), pool.clone(), sources, pace);
        parts.start(|stop| jobs.run(stop));
    }
    let conversations = Arc::new(PgConversations::new(pool.clone()));
    let queue = Arc::new(PgReplayQueue::new(pool.clone()));
    let replays = Replays::new(provider.clone(), conversations, queue, pool.clone(), pace);
    parts.start(|stop| replays.run(stop));
    let outbox = Outbox::new(provider.clone(), pool.clone(), pace, work);
    parts.start(|stop| outbox.run(stop));
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
