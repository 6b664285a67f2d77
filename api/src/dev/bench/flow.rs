//! `hip bench flow`: the whole service from outside, compared with the upper limit for commits.
//!
//! The service runs as its own process on the measured server. This process is the gateway and the hospitals. What
//! is measured is what they see: until a callback is confirmed, until a discovery is answered, until a visit is stored.

mod figures;
mod gateway;
mod hiu;
mod load;
mod report;
mod requests;
mod rows;
mod service;
mod transfers;
mod usage;

use std::path::{Path, PathBuf};

use clap::value_parser;
use url::Url;

use super::ceiling::Ceiling;
use super::cpu::ServerCpu;
use super::server::{Measured, Server, measured};
use super::until_interrupted;
use crate::output::ExitStatus;
pub(super) use figures::{Callbacks, Calm, Stretch, Transfers, Visits};
pub(super) use gateway::{Answered, FlowGateway};
pub(super) use load::{burst, client, steady};
pub(super) use requests::{Asking, Kind, Post, VisitPush};
pub(super) use rows::Subject;
pub(super) use service::{Kek, Service};

use figures::Round;
use report::Report;

/// Options of `hip bench flow`.
#[derive(clap::Args)]
pub(crate) struct BenchFlowArgs {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Number of rounds; each measures everything once.
    #[arg(long, default_value_t = 3, value_parser = value_parser!(u32).range(1..))]
    rounds: u32,
    /// Number of patients, each with one visit; the visits are pushed before the first round.
    #[arg(long, default_value_t = 2_000, value_parser = value_parser!(u32).range(10..=1_000_000))]
    patients: u32,
    /// Number of discoveries in a burst.
    #[arg(long, default_value_t = 2_000, value_parser = value_parser!(u32).range(10..=1_000_000))]
    burst: u32,
    /// Seconds of each measurement at a steady rate, and at rest.
    #[arg(long, default_value_t = 20, value_parser = value_parser!(u32).range(1..))]
    seconds: u32,
    /// Folder for the report: flow.json, and flow.svg with each figure as a share of its goal.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Server to measure on instead of a private one; its databases `hip_bench_…` are replaced.
    #[arg(long)]
    url: Option<Url>,
}

pub(crate) async fn run(options: BenchFlowArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let report = until_interrupted(measure(&options, data_dir)).await?;
    super::print(&report, options.json);
    if let Some(folder) = &options.report {
        let title = format!("hip bench flow, {}", report.machine());
        super::write(&report, ("flow", &title), folder)?;
    }
    Ok(ExitStatus::Success)
}

async fn measure(options: &BenchFlowArgs, data_dir: &Path) -> anyhow::Result<Report> {
    let on_server = async |server: &Server| on(server, options).await;
    let measured = measured(options.url.clone(), data_dir, options.json, on_server).await?;
    let Measured { machine, version, figures: (visits, rounds) } = measured;
    Ok(Report::new(machine, version, visits, rounds))
}

async fn on(server: &Server, options: &BenchFlowArgs) -> anyhow::Result<(Visits, Vec<Round>)> {
    let cpu = ServerCpu::find(&server.admin).await?;
    let ceiling = Ceiling::prepare(&server.ceiling, cpu).await?;
    let subject = Subject::start(server, cpu, &Kek::random()).await?;
    let measured = subject.measure(&ceiling, server, options).await;
    subject.stop().await;
    measured
}
