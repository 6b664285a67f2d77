//! Our log: a number of concurrent commands through the dispatcher that the service uses.

mod record_book;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use hip_commands::log::dispatch::Dispatcher;
use hip_commands::log::store::StateCache;
use hip_commands::port::Ids;
use hip_commands::port::log::{Actor, Origin};
use hip_domain::stream::StreamId;
use hip_infra::ambient::ids::RandomIds;
use hip_infra::postgres;
use hip_infra::postgres::event_store::PgLog;
use hip_infra::postgres::vault::{LocalKey, PgVault};
use tokio::task::JoinSet;
use tokio::time::sleep_until;

use super::case::State;
use crate::dev::bench::cpu::{self, ServerCpu};
use crate::dev::bench::measured::{Measured, cpu_us, ms};
use crate::dev::bench::sample::Latencies;
use record_book::{Append, RecordBook};

/// The same limits as in the service, see `api/src/app.rs`.
const CONNECTION_COUNT_MAX: u32 = 24;
const WRITER_CONNECTION_COUNT_MAX: u32 = 2;

/// How long the commands run before the measurement starts.
const WARM_UP: Duration = Duration::from_secs(1);

/// Our log, in a database that only this benchmark uses.
pub(super) struct Own {
    log: Arc<PgLog>,
    server: Option<ServerCpu>,
}

/// The data that the clients share.
struct Shared {
    dispatcher: Dispatcher,
    /// Part of the stream names, so that each measurement starts with empty streams.
    run: String,
    streams: u32,
    events: u32,
    next: AtomicU32,
    measured_from: Instant,
    measured_until: Instant,
}

impl Own {
    /// Creates a key in `folder`. Nothing in this benchmark is encrypted with it.
    pub(super) async fn prepare(
        url: &str,
        folder: &Path,
        server: Option<ServerCpu>,
    ) -> anyhow::Result<Self> {
        let pool = postgres::connect(url, CONNECTION_COUNT_MAX).await?;
        let write_pool = postgres::connect(url, WRITER_CONNECTION_COUNT_MAX).await?;
        let (key, _) = LocalKey::read_or_create(&folder.join("kek"))?;
        let vault = Arc::new(PgVault::new(pool.clone(), Arc::new(key)));
        Ok(Self { log: Arc::new(PgLog::start(pool, write_pool, vault)), server })
    }

    /// Measures for `seconds` after a warm-up of one second.
    pub(super) async fn measure(
        &self,
        state: State,
        in_flight: u32,
        events: u32,
        streams: u32,
        seconds: u32,
    ) -> anyhow::Result<Measured> {
        let measured_from = Instant::now() + WARM_UP;
        let measured_until = measured_from + Duration::from_secs(u64::from(seconds));
        let shared = Arc::new(Shared {
            dispatcher: Dispatcher::new(self.log.clone(), cache(state, streams)),
            run: RandomIds.random().to_string(),
            streams,
            events,
            next: AtomicU32::new(0),
            measured_from,
            measured_until,
        });
        let mut clients = JoinSet::new();
        for _ in 0..in_flight {
            clients.spawn(client(Arc::clone(&shared)));
        }
        sleep_until(measured_from.into()).await;
        let before = self.cpu_used();
        sleep_until(measured_until.into()).await;
        let after = self.cpu_used();
        let mut all = Latencies::default();
        while let Some(latencies) = clients.join_next().await {
            all.append(latencies??);
        }
        let commands = f64::from(u32::try_from(all.len())?);
        let used = |before: Option<Duration>, after: Option<Duration>| {
            Some(after?.saturating_sub(before?))
        };
        let (client, server) = (used(before.0, after.0), used(before.1, after.1));
        let percentiles = all.percentiles();
        Ok(Measured {
            events_per_s: commands * f64::from(events) / f64::from(seconds),
            p50_ms: percentiles.map(|it| ms(it.p50)),
            p99_ms: percentiles.map(|it| ms(it.p99)),
            cpu_us: cpu_us(client, server, commands),
            conflict_count: 0,
        })
    }

    fn cpu_used(&self) -> (Option<Duration>, Option<Duration>) {
        (cpu::of_this_process(), self.server.and_then(ServerCpu::used))
    }
}

fn cache(state: State, streams: u32) -> Option<StateCache> {
    match state {
        State::Loaded => None,
        State::Cached => Some(StateCache::new(2 * u64::from(streams))),
    }
}

/// One client: sends one command after another until the time is over.
async fn client(shared: Arc<Shared>) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::default();
    let origin = Origin {
        correlation: RandomIds.random(),
        causation: None,
        actor: Actor::Interpreter,
        subject: None,
        new_subject: false,
    };
    loop {
        let begun_at = Instant::now();
        if begun_at >= shared.measured_until {
            return Ok(latencies);
        }
        let number = shared.next.fetch_add(1, Ordering::Relaxed) % shared.streams;
        let stream = StreamId::stored(format!("bench-{}-{number}", shared.run));
        // Like the keys of the service: they contain a request id, so they have no order.
        let key = format!("in:{}", RandomIds.random());
        let command = Append { event_count: shared.events };
        let done = shared.dispatcher.execute::<RecordBook>(&stream, command, &key, &origin).await;
        done.context("a command has failed")?.context("a command has had no effect")?;
        let ended_at = Instant::now();
        // A command that runs across the start or the end is not counted.
        if begun_at >= shared.measured_from && ended_at <= shared.measured_until {
            latencies.push(ended_at - begun_at);
        }
    }
}
