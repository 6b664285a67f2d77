//! `hip bench soak`: the service under a steady load for a long time. Memory must stay as it is; what grows is named.

mod report;

use std::path::{Path, PathBuf};

use clap::value_parser;

use super::cpu::ServerCpu;
use super::flow::{Kek, Subject};
use super::server::{Measured, Server, measured};
use super::until_interrupted;
use crate::output::{ExitStatus, print_line};
use report::Report;

/// Options of `hip bench soak`.
#[derive(clap::Args)]
pub(crate) struct BenchSoakArgs {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// How long it takes: this many stretches of `--seconds`.
    #[arg(long, default_value_t = 30, value_parser = value_parser!(u32).range(3..=10_000))]
    stretches: u32,
    /// Seconds of one stretch. After each the memory and the tables are looked at.
    #[arg(long, default_value_t = 60, value_parser = value_parser!(u32).range(1..=3_600))]
    seconds: u32,
    /// Discoveries per second: about half of what `hip bench flow` answers in a burst.
    #[arg(long, default_value_t = 400, value_parser = value_parser!(u32).range(1..=10_000))]
    per_s: u32,
    /// Number of patients, each with one visit.
    #[arg(long, default_value_t = 2_000, value_parser = value_parser!(u32).range(10..=1_000_000))]
    patients: u32,
    /// Folder for the report: soak.json, and soak.svg with each figure as a share of its goal.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Server to measure on instead of a private one; its databases `hip_bench_…` are replaced.
    #[arg(long)]
    url: Option<url::Url>,
}

pub(crate) async fn run(options: BenchSoakArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let report = until_interrupted(Box::pin(measure(&options, data_dir))).await?;
    super::print(&report, options.json);
    if let Some(folder) = &options.report {
        super::write(&report, ("soak", "hip bench soak: a steady load for a long time"), folder)?;
    }
    Ok(ExitStatus::Success)
}

async fn measure(options: &BenchSoakArgs, data_dir: &Path) -> anyhow::Result<Report> {
    let on_server = async |server: &Server| on(server, options).await;
    let measured = measured(options.url.clone(), data_dir, options.json, on_server).await?;
    let Measured { machine, version, figures: mut report } = measured;
    report.told(machine, version);
    Ok(report)
}

async fn on(server: &Server, options: &BenchSoakArgs) -> anyhow::Result<Report> {
    let cpu = ServerCpu::find(&server.admin).await?;
    let subject = Subject::start(server, cpu, &Kek::random()).await?;
    let measured = stretches(&subject, options).await;
    subject.stop().await;
    measured
}

async fn stretches(subject: &Subject, options: &BenchSoakArgs) -> anyhow::Result<Report> {
    subject.visits(0, options.patients).await?;
    let before = subject.table_sizes().await?;
    let mut stretches = vec![];
    for number in 1..=options.stretches {
        let stretch = subject.stretch(options.per_s, options.seconds, options.patients).await?;
        if !options.json {
            print_line(&format!("{number:>4}  {}", stretch.line()));
        }
        stretches.push(stretch);
    }
    let after = subject.table_sizes().await?;
    let discoveries = u64::from(options.per_s) * u64::from(options.seconds * options.stretches);
    Ok(Report::new(options.per_s, stretches, discoveries, (&before, &after)))
}
