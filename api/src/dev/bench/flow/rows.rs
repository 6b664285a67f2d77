//! What is measured, row by row.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use hip_infra::postgres;
use hip_infra::subscription::projection_status;
use reqwest::{Client, StatusCode};
use sqlx::PgPool;

use super::BenchFlowArgs;
use super::figures::{Burst, Callbacks, Calm, Ceilings, Rest, Round, Stretch, Transfers, Visits};
use super::gateway::FlowGateway;
use super::hiu::FlowHius;
use super::load::{burst, client, steady};
use super::requests::{Asking, Kind, Post, VisitPush};
use super::service::{Kek, Service};
use super::transfers::TransferLoad;
use super::usage::Usage;
use crate::dev::bench::ceiling::Ceiling;
use crate::dev::bench::cpu::ServerCpu;
use crate::dev::bench::server::Server;
use crate::dev::demo_environment::FACILITY_ID;

/// Connections that push visits.
const VISIT_SENDERS: u32 = 64;

/// Connections that send callbacks.
const CALLBACK_SENDERS: u32 = 128;

/// Callbacks for each discovery of a burst: they are confirmed faster than discoveries are answered.
const CALLBACKS_FOR_EACH: u32 = 2;

/// Connections that send a burst of discoveries.
const BURST_SENDERS: u32 = 32;

/// Discoveries per second at a steady rate.
const CALM_PER_S: u32 = 30;

/// HIUs of a run.
const HIU_COUNT: usize = 50;

/// Transfers one after the other, to one HIU.
const SINGLE_TRANSFERS: usize = 5;

/// Transfers at the same time to one HIU, and to all of them.
const TRANSFERS_TO_ONE: usize = 10;
const TRANSFERS_TO_ALL: usize = HIU_COUNT;

/// Clients of the ceiling: the upper limit with many, and the time of one commit with one.
const CEILING_CLIENTS: [u32; 2] = [32, 1];

/// Maximum number of seconds of each measurement of the ceiling.
const CEILING_SECONDS_MAX: u32 = 3;

/// Time limit until everything is answered and all read models have followed.
const PATIENCE: Duration = Duration::from_mins(10);

/// The service, its gateway, and what observes them.
pub(in crate::dev::bench) struct Subject {
    gateway: Arc<FlowGateway>,
    hius: FlowHius,
    service: Service,
    client: Client,
    cpu: Option<ServerCpu>,
    /// The service's database. Not used while something is measured.
    own: PgPool,
    /// The maintenance database, so that these queries are not counted.
    admin: PgPool,
}

/// The server counts the transactions of a quiet session after ten seconds.
const COUNTED_WITHIN: Duration = Duration::from_secs(11);

impl Subject {
    /// Starts all of it on the server's own database.
    pub(in crate::dev::bench) async fn start(
        server: &Server,
        cpu: Option<ServerCpu>,
        kek: &Kek,
    ) -> anyhow::Result<Self> {
        let gateway = Arc::new(FlowGateway::start(FACILITY_ID).await?);
        let hius = FlowHius::start(HIU_COUNT).await?;
        let gateway_url = gateway.gateway.url();
        let service = Service::start(&server.own, &gateway_url, hius.addresses(), kek).await?;
        Ok(Self {
            gateway,
            hius,
            service,
            client: client()?,
            cpu,
            own: postgres::connect(&server.own, 1).await?,
            admin: server.admin.clone(),
        })
    }

    pub(in crate::dev::bench) async fn stop(self) {
        self.own.close().await;
        self.service.stop().await;
    }

    /// Pushes the visits, then measures round by round.
    pub(super) async fn measure(
        &self,
        ceiling: &Ceiling,
        server: &Server,
        options: &BenchFlowArgs,
    ) -> anyhow::Result<(Visits, Vec<Round>)> {
        let visits = self.visits(0, options.patients).await?;
        self.prepare_transfers().await?;
        let mut rounds = vec![];
        for _ in 0..options.rounds {
            server.checkpoint().await;
            let seconds = options.seconds.min(CEILING_SECONDS_MAX);
            let [many, one] = CEILING_CLIENTS;
            let (many, one) =
                (ceiling.measure(many, seconds).await?, ceiling.measure(one, seconds).await?);
            rounds.push(Round {
                ceiling: Ceilings { c32_per_s: many.events_per_s, commit_ms: one.p50_ms },
                callbacks: self.callbacks(options.burst * CALLBACKS_FOR_EACH).await?,
                burst: self.burst(options.burst, options.patients).await?,
                calm: self.calm(options.seconds, options.patients).await?,
                transfers: self.transfers().await?,
                rest: self.rest(options.seconds).await?,
            });
        }
        Ok((visits, rounds))
    }

    /// Until 201, with many hospitals at once; and until every read model shows the last of them. One visit of each of
    /// these patients.
    pub(in crate::dev::bench) async fn visits(
        &self,
        first: u32,
        count: u32,
    ) -> anyhow::Result<Visits> {
        let (client, url) = (self.client.clone(), self.service.url().to_owned());
        let sent = burst(count, VISIT_SENDERS, Arc::new(VisitPush { client, url, first })).await?;
        let shown_after = self.until_settled().await?;
        Ok(Visits::new(count, sent, shown_after))
    }

    /// Pushes the visits of the patient whose records are transferred.
    pub(in crate::dev::bench) async fn prepare_transfers(&self) -> anyhow::Result<()> {
        self.transfer_load().push_visits().await?;
        self.until_settled().await?;
        Ok(())
    }

    /// Until 202. They answer no request of the service, so little follows from them.
    pub(in crate::dev::bench) async fn callbacks(&self, count: u32) -> anyhow::Result<Callbacks> {
        let sent = burst(count, CALLBACK_SENDERS, Arc::new(self.post(Kind::Answer, 1))).await?;
        self.until_settled().await?;
        Ok(Callbacks::new(count, sent))
    }

    /// Discoveries as fast as they are confirmed.
    async fn burst(&self, count: u32, patients: u32) -> anyhow::Result<Burst> {
        self.gateway.take();
        let begun_at = Instant::now();
        let sent =
            burst(count, BURST_SENDERS, Arc::new(self.post(Kind::Discovery, patients))).await?;
        self.until_answered().await?;
        let took = begun_at.elapsed();
        self.until_settled().await?;
        Ok(Burst::new(count, begun_at, sent.took, took, self.gateway.take()))
    }

    /// Discoveries at a steady rate.
    pub(in crate::dev::bench) async fn calm(
        &self,
        seconds: u32,
        patients: u32,
    ) -> anyhow::Result<Calm> {
        self.gateway.take();
        let count = seconds * CALM_PER_S;
        tokio::time::sleep(COUNTED_WITHIN).await;
        let before = self.usage().await?;
        steady(count, CALM_PER_S, Arc::new(self.post(Kind::Discovery, patients))).await?;
        self.until_answered().await?;
        tokio::time::sleep(COUNTED_WITHIN).await;
        let used = self.usage().await?.since(&before);
        self.until_settled().await?;
        Ok(Calm::new(count, &used, self.gateway.take()))
    }

    /// Discoveries at a steady rate, until the last is answered.
    pub(in crate::dev::bench) async fn stretch(
        &self,
        per_s: u32,
        seconds: u32,
        patients: u32,
    ) -> anyhow::Result<Stretch> {
        self.gateway.take();
        let (before, begun_at) = (self.usage().await?, Instant::now());
        let post = Arc::new(self.post(Kind::Discovery, patients));
        steady(per_s * seconds, per_s, post).await?;
        self.until_answered().await?;
        let took = begun_at.elapsed();
        let used = self.usage().await?.since(&before);
        Ok(Stretch::new(took, &used, self.service.memory_mib(), self.gateway.take()))
    }

    /// Bytes of each table of the service, with its indexes. The partitions of the log are one table.
    pub(in crate::dev::bench) async fn table_sizes(&self) -> anyhow::Result<BTreeMap<String, i64>> {
        let sizes: Vec<(String, i64)> = sqlx::query_as(
            "SELECT CASE WHEN c.relname LIKE 'event_p%' THEN 'es.event' \
                         ELSE c.relnamespace::regnamespace || '.' || c.relname END, \
                    sum(pg_total_relation_size(c.oid))::bigint \
               FROM pg_class c \
              WHERE c.relkind = 'r' \
                AND c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema') \
              GROUP BY 1",
        )
        .fetch_all(&self.own)
        .await?;
        Ok(sizes.into_iter().collect())
    }

    /// From the request to the last page: one transfer at a time, many to one HIU, and one to each.
    pub(in crate::dev::bench) async fn transfers(&self) -> anyhow::Result<Transfers> {
        let load = self.transfer_load();
        let consent = load.grant().await?;
        self.until_settled().await?;
        let mut single = Vec::with_capacity(SINGLE_TRANSFERS);
        for _ in 0..SINGLE_TRANSFERS {
            single.push(load.request(consent, &self.hius, 0..1).await?);
            self.until_settled().await?;
        }
        let to_one =
            load.request(consent, &self.hius, std::iter::repeat_n(0, TRANSFERS_TO_ONE)).await?;
        self.until_settled().await?;
        let to_all = load.request(consent, &self.hius, 0..TRANSFERS_TO_ALL).await?;
        self.until_settled().await?;
        Ok(Transfers::new(&single, &to_one, &to_all))
    }

    fn transfer_load(&self) -> TransferLoad {
        TransferLoad {
            client: self.client.clone(),
            url: self.service.url().to_owned(),
            bearer: format!("Bearer {}", self.gateway.gateway.bearer()),
        }
    }

    /// The service without work.
    async fn rest(&self, seconds: u32) -> anyhow::Result<Rest> {
        tokio::time::sleep(COUNTED_WITHIN).await;
        let before = self.usage().await?;
        let begun_at = Instant::now();
        tokio::time::sleep(Duration::from_secs(seconds.into())).await;
        let used = self.usage().await?.since(&before);
        Ok(Rest::new(begun_at.elapsed(), &used, self.service.memory_mib()))
    }

    fn post(&self, kind: Kind, patients: u32) -> Post {
        Post {
            client: self.client.clone(),
            url: self.service.url().to_owned(),
            bearer: format!("Bearer {}", self.gateway.gateway.bearer()),
            gateway: Arc::clone(&self.gateway),
            asking: Asking { first: 0, patients, expected: StatusCode::ACCEPTED },
            kind,
        }
    }

    async fn until_answered(&self) -> anyhow::Result<()> {
        let begun_at = Instant::now();
        while self.gateway.open_count() > 0 {
            let open = self.gateway.open_count();
            ensure!(begun_at.elapsed() < PATIENCE, "{open} discoveries are not answered");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Waits until nothing is left to do; how long that took.
    async fn until_settled(&self) -> anyhow::Result<Duration> {
        let begun_at = Instant::now();
        while !projection_status::is_settled(&self.own).await? {
            ensure!(begun_at.elapsed() < PATIENCE, "the service does not come to rest");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(begun_at.elapsed())
    }

    async fn usage(&self) -> anyhow::Result<Usage> {
        Usage::read(&self.service, self.cpu, &self.admin).await
    }
}
