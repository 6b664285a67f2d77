//! `hip bench peers`: the same discoveries, asked of this service and of NHA's ABDM-wrapper in turns.
//!
//! Both run as their own processes on this machine, with the same patients and the same gateway. The wrapper is not
//! part of this project: who measures brings its jar, and Java and MongoDB for it.

mod report;
mod wrapper;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use clap::value_parser;
use reqwest::StatusCode;

use super::cpu::ServerCpu;
use super::flow::{
    Asking, FlowGateway, Kek, Kind, Post, Service, VisitPush, burst, client, steady,
};
use super::machine::Machine;
use super::server::Server;
use super::until_interrupted;
use crate::dev::demo_environment::FACILITY_ID;
use crate::output::{ExitStatus, print_line};
use report::{Answers, Report};
use wrapper::Wrapper;

/// Connections that send a burst, and visits.
const SENDERS: u32 = 32;

/// Discoveries per second at a steady rate.
const CALM_PER_S: u32 = 30;

/// Time limit for the last answers of a burst.
const PATIENCE: Duration = Duration::from_mins(5);

/// Pause before and after each measurement, so that what one started does not count for the other.
const PAUSE: Duration = Duration::from_secs(2);

/// Time for both to build documents and indexes.
const SETTLING: Duration = Duration::from_secs(10);

/// Options of `hip bench peers`.
#[derive(clap::Args)]
pub(crate) struct BenchPeersArgs {
    /// The wrapper: its jar, or the folder of a checkout in which it was built.
    #[arg(long)]
    wrapper: PathBuf,
    /// The MongoDB server for the wrapper.
    #[arg(long, default_value = "mongod")]
    mongod: PathBuf,
    /// Java 17 or newer.
    #[arg(long, default_value = "java")]
    java: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Number of rounds; each asks both.
    #[arg(long, default_value_t = 3, value_parser = value_parser!(u32).range(1..))]
    rounds: u32,
    /// Number of patients, and of discoveries in a burst.
    #[arg(long, default_value_t = 2_000, value_parser = value_parser!(u32).range(10..=100_000))]
    patients: u32,
    /// Seconds at a steady rate.
    #[arg(long, default_value_t = 20, value_parser = value_parser!(u32).range(1..))]
    seconds: u32,
    /// Folder for the report: peers.json, and peers.svg with each ratio as a share of its goal.
    #[arg(long)]
    report: Option<PathBuf>,
}

pub(crate) async fn run(options: BenchPeersArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let report = until_interrupted(measure(&options, data_dir)).await?;
    super::print(&report, options.json);
    if let Some(folder) = &options.report {
        super::write(&report, ("peers", "hip bench peers: hip beside the wrapper"), folder)?;
    }
    Ok(ExitStatus::Success)
}

async fn measure(options: &BenchPeersArgs, data_dir: &Path) -> anyhow::Result<Report> {
    let mut machine = Machine::look();
    let gateway = Arc::new(FlowGateway::start(FACILITY_ID).await?);
    // It remembers whom it has shown what: each time other people ask.
    let people = options.patients * (options.rounds * 2 + 1);
    let wrapper = Wrapper::start(options, &gateway.gateway.url(), people).await?;
    let server = Server::open(None, data_dir).await?;
    if !options.json {
        print_line(&format!("On {}; {}.", machine.describe(), server.describe()));
    }
    let measured = beside(options, &gateway, &wrapper, &server).await;
    server.close().await;
    machine.look_again();
    let (ours, theirs) = measured?;
    Ok(Report::new(machine, ours, theirs))
}

async fn beside(
    options: &BenchPeersArgs,
    gateway: &Arc<FlowGateway>,
    wrapper: &Wrapper,
    server: &Server,
) -> anyhow::Result<(Vec<Answers>, Vec<Answers>)> {
    let kek = Kek::random();
    let service = Service::start(&server.own, &gateway.gateway.url(), &[], &kek).await?;
    let database = ServerCpu::find(&server.admin).await?;
    let our_cpu = || Some(service.cpu()? + database?.used()?);
    let client = client()?;
    let visits = VisitPush { client: client.clone(), url: service.url().to_owned(), first: 0 };
    burst(options.patients, SENDERS, Arc::new(visits)).await?;
    tokio::time::sleep(SETTLING).await;
    let asking = |url: &str, first, expected| Post {
        client: client.clone(),
        url: url.to_owned(),
        bearer: format!("Bearer {}", gateway.gateway.bearer()),
        gateway: Arc::clone(gateway),
        asking: Asking { first, patients: options.patients, expected },
        kind: Kind::Discovery,
    };
    let mut next = (0..).step_by(options.patients as usize);
    let mut theirs_next = || asking(&wrapper.url, next.next().unwrap_or_default(), StatusCode::OK);
    let ours_next = || asking(service.url(), 0, StatusCode::ACCEPTED);
    // Both warm.
    in_burst(gateway, options.patients, theirs_next()).await?;
    in_burst(gateway, options.patients, ours_next()).await?;
    let (mut ours, mut theirs) = (vec![], vec![]);
    for _ in 0..options.rounds {
        let per_s = in_burst(gateway, options.patients, theirs_next()).await?;
        theirs.push(calm(options, gateway, theirs_next(), per_s, || wrapper.cpu()).await?);
        let per_s = in_burst(gateway, options.patients, ours_next()).await?;
        ours.push(calm(options, gateway, ours_next(), per_s, our_cpu).await?);
    }
    service.stop().await;
    Ok((ours, theirs))
}

/// Answers per second of discoveries that are sent as fast as they are confirmed.
async fn in_burst(gateway: &FlowGateway, count: u32, post: Post) -> anyhow::Result<f64> {
    gateway.take();
    let begun_at = Instant::now();
    burst(count, SENDERS, Arc::new(post)).await?;
    until_answered(gateway).await?;
    let took = begun_at.elapsed();
    tokio::time::sleep(PAUSE).await;
    Ok(f64::from(count) / took.as_secs_f64())
}

/// Discoveries at a steady rate.
async fn calm(
    options: &BenchPeersArgs,
    gateway: &FlowGateway,
    post: Post,
    answered_per_s: f64,
    cpu: impl Fn() -> Option<Duration>,
) -> anyhow::Result<Answers> {
    gateway.take();
    let count = options.seconds * CALM_PER_S;
    let before = cpu();
    steady(count, CALM_PER_S, Arc::new(post)).await?;
    until_answered(gateway).await?;
    tokio::time::sleep(PAUSE).await;
    let used = cpu().zip(before).map(|(now, before)| now.saturating_sub(before));
    Ok(Answers::new(answered_per_s, &gateway.take(), used.map(|used| used / count)))
}

async fn until_answered(gateway: &FlowGateway) -> anyhow::Result<()> {
    let begun_at = Instant::now();
    while gateway.open_count() > 0 {
        let open = gateway.open_count();
        ensure!(begun_at.elapsed() < PATIENCE, "{open} discoveries are not answered");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
