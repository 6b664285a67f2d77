//! A running provider: HTTP, subscribers and workers.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use chrono::TimeDelta;
use hip_commands::Ports;
use hip_commands::log::dispatch::Dispatcher;
use hip_commands::log::store::StateCache;
use hip_commands::port::Log;
use hip_infra::postgres::epochs;
use hip_infra::postgres::eraser::Unclaimed;
use hip_infra::postgres::event_store::{TaskLog, forget_what_is_done, keep_partitions_ahead};
use hip_infra::postgres::queries::correlation_index::PgCorrelationIndex;
use hip_infra::postgres::vault::kek;
use hip_infra::subscription::process_manager::ProcessManagerSubscriber;
use hip_infra::subscription::projection_status;
use hip_infra::subscription::{Group, Subscriber, Subscription, SubscriptionConfig};
use hip_infra::worker::outbox::{self, Outbox};
use hip_infra::worker::replays::{PgReplayQueue, Replays};
use hip_infra::worker::restart_after_panic;
use hip_infra::worker::visit_jobs::VisitJobs;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::app::{self, App};
use crate::{console, failover, http, read_models, reapply_erasures};

/// Which parts of the provider a process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Role {
    /// HTTP, subscribers and workers.
    All,
    /// HTTP only.
    Api,
    /// Subscribers and workers only.
    Worker,
}

/// Interval at which a process polls for events of others.
const HEAD_INTERVAL: Duration = Duration::from_secs(10);

/// How long a subscriber waits for a hint before it checks its lease.
pub(crate) const READER_POLL: Duration = Duration::from_millis(500);

/// Parts that run concurrently until they are told to stop.
struct Tasks {
    running: JoinSet<anyhow::Result<()>>,
    stop: watch::Receiver<bool>,
}

impl Tasks {
    /// Starts a part that ends only when it is told to.
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

    /// Waits for all of them. The first that fails or panics stops the others.
    async fn join(mut self) -> anyhow::Result<()> {
        while let Some(ended) = self.running.join_next().await {
            ended.context("a part of the service panicked")??;
        }
        Ok(())
    }
}

/// Runs until `stop` is true. Without a listener it serves no HTTP.
pub(crate) async fn run(
    app: App,
    listener: Option<TcpListener>,
    role: Role,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let app = Arc::new(app);
    let mut tasks = Tasks { running: JoinSet::new(), stop: stop.clone() };
    let vault = Arc::clone(&app.vault);
    tasks.start(|stop| async move { vault.forget_destroyed(stop).await });
    let pool = app.pool.clone();
    tasks.start(|stop| keep_partitions_ahead(pool, stop));
    check_keys(&app, &mut stop).await?;
    let found = epochs::standing(&app.pool).await?;
    let erased_again = reapply_erasures::reapply(&app).await?;
    failover::take_up(&app, &found).await?;
    if role != Role::Api {
        let process = app.ports.ids.random();
        warn_of_others(&app, process).await;
        let work = NewWork::default();
        start_readers(&app, process, &work, &mut tasks)?;
        start_log_maintenance(&app, &mut tasks).await?;
        start_workers(&app, work, &mut tasks);
    }
    reapply_erasures::wait(&app, &erased_again, &mut stop).await?;
    if let Some(listener) = listener {
        open_doors(&app, listener, &mut tasks);
    }
    tasks.join().await
}

/// Checks again that this process has the keys of the vault, now that no other process can wrap keys with one that
/// it lacks; and unwraps those of the facilities.
async fn check_keys(app: &App, stop: &mut watch::Receiver<bool>) -> anyhow::Result<()> {
    tokio::select! {
        () = app.vault.until_listening() => {}
        _ = stop.changed() => {}
    }
    kek::check(&app.pool, &app.keks).await?;
    let facilities = app.ports.settings.facilities.iter();
    let facilities: Vec<_> = facilities.map(|facility| facility.id.clone()).collect();
    app.vault.open_facilities(&facilities).await.context("the keys of the facilities")
}

fn open_doors(app: &Arc<App>, listener: TcpListener, tasks: &mut Tasks) {
    let has_console = app.config.console.enabled;
    let pages = if has_console { console::router(app) } else { Router::new() };
    let router = http::router(Arc::clone(app), pages, tasks.stop.clone());
    let limits = app.config.http;
    let refused_callers = Arc::clone(&app.refused_callers);
    tasks.start(|stop| refused_callers.summarise(stop));
    tasks.start(|stop| http::server::serve(listener, router, limits, stop));
}

/// Warns if other processes run: link tokens in memory are available to one process only.
async fn warn_of_others(app: &App, process: Uuid) {
    if app.secrets.redis_url.is_none()
        && projection_status::is_shared(&app.pool, process).await.unwrap_or(false)
    {
        tracing::warn!(
            "another process works on this database, or did until a moment ago; without REDIS_URL each reads \
             the link tokens of the other from the log"
        );
    }
}

/// Notified when readers have found work for the workers.
#[derive(Default)]
struct NewWork {
    tasks: Arc<Notify>,
    /// Orders to replay.
    orders: Arc<Notify>,
}

/// Starts the subscribers. `work` is notified when one of them has found tasks.
fn start_readers(
    app: &Arc<App>,
    process: Uuid,
    work: &NewWork,
    tasks: &mut Tasks,
) -> anyhow::Result<()> {
    let reactions: Arc<dyn Subscriber> = Arc::new(ProcessManagerSubscriber::new(
        app.log.own_positions(),
        Arc::clone(&work.tasks),
        Arc::clone(&work.orders),
    ));
    let read_models = read_models::all(app)?.into_iter().map(|one| one as Arc<dyn Subscriber>);
    let log: Arc<dyn Log> = app.log.clone();
    let followed = Arc::clone(&app.log);
    tasks.start(|stop| async move { followed.follow_head(HEAD_INTERVAL, stop).await });
    let (group, door) = Group::new(Arc::clone(&log), app.pool.clone(), READER_POLL);
    let head = app.log.watch_head();
    tasks.start(|stop| group.run(head, stop));
    for subscriber in std::iter::once(reactions).chain(read_models) {
        let config = SubscriptionConfig { lease: app.config.lease(), poll: READER_POLL };
        let pool = app.pool.clone();
        let subscription = Subscription::new(Arc::clone(&log), pool, subscriber, config, process)
            .in_group(door.clone());
        let head = app.log.watch_head();
        tasks.start(|stop| subscription.run(head, stop));
    }
    Ok(())
}

/// Starts the maintenance of the log.
async fn start_log_maintenance(app: &App, tasks: &mut Tasks) -> anyhow::Result<()> {
    let pool = app.pool.clone();
    tasks.start(|stop| forget_what_is_done(pool, stop));
    if let Some(unclaimed) = unclaimed(app) {
        tasks.start(|stop| async move {
            restart_after_panic("unclaimed messages", || unclaimed.run(stop.clone())).await;
        });
    }
    if let Some(sealer) = app::sealer(app).await? {
        let head = app.log.watch_head();
        tasks.start(|stop| async move {
            restart_after_panic("sealer", || sealer.run(head.clone(), stop.clone())).await;
        });
    }
    Ok(())
}

/// Starts the workers.
fn start_workers(app: &App, work: NewWork, tasks: &mut Tasks) {
    let worker = &app.config.worker;
    let config = outbox::WorkerConfig {
        concurrency: worker.concurrency,
        lease: app.config.lease(),
        poll: Duration::from_millis(worker.poll_ms),
    };
    let (ports, pool) = (&app.ports, &app.pool);
    if !app.visit_sources.is_empty() {
        let sources = app.visit_sources.clone();
        let jobs = VisitJobs::new(ports.clone(), pool.clone(), sources, config);
        tasks.start(|stop| jobs.run(stop));
    }
    let conversations = Arc::new(PgCorrelationIndex::new(pool.clone()));
    let queue = Arc::new(PgReplayQueue::new(pool.clone()));
    let replays =
        Replays::new(ports.clone(), conversations, queue, pool.clone(), config, work.orders);
    tasks.start(|stop| replays.run(stop));
    let outbox = Outbox::new(ports_of_tasks(app), &app.log, pool.clone(), config, work.tasks);
    tasks.start(|stop| outbox.run(stop));
}

/// States of streams that are kept for the next step of their conversation. Each append checks their versions.
const STATE_COUNT_MAX: u64 = 4_096;

/// The ports with the log as tasks see it.
fn ports_of_tasks(app: &App) -> Ports {
    let log: Arc<dyn Log> = Arc::new(TaskLog::new(Arc::clone(&app.log)));
    let states = StateCache::new(STATE_COUNT_MAX);
    let dispatcher = Dispatcher::new(Arc::clone(&log), Some(states));
    Ports { dispatcher, log, ..app.ports.clone() }
}

/// The task that destroys keys of unmatched messages; `None` if they are kept.
fn unclaimed(app: &App) -> Option<Unclaimed> {
    let days = app.config.erasure.unclaimed_messages_days;
    let facilities = app.ports.settings.facilities.iter();
    (days > 0).then(|| Unclaimed {
        pool: app.pool.clone(),
        vault: Arc::clone(&app.vault),
        clock: Arc::clone(&app.ports.clock),
        facilities: facilities.map(|facility| facility.id.clone()).collect(),
        age_max: TimeDelta::days(days.into()),
    })
}
