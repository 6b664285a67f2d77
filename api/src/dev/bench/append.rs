//! `hip bench append`: the cost of the log's guarantees, compared with the simplest possible table and with
//! cqrs-es over postgres-es.

mod case;
mod goals;
mod own;
mod reference;
mod report;
mod rounds;

use std::path::Path;

use clap::value_parser;
use url::Url;

use super::machine::Machine;
use super::server::Server;
use super::until_interrupted;
use crate::output::{ExitStatus, print_error, print_line};
use report::Report;
use rounds::Subjects;

/// Options of `hip bench append`.
#[derive(clap::Args)]
pub(crate) struct BenchAppendArgs {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Number of rounds; each measures everything once.
    #[arg(long, default_value_t = 5, value_parser = value_parser!(u32).range(1..))]
    rounds: u32,
    /// Seconds of each measurement, after a warm-up of one second.
    #[arg(long, default_value_t = 3, value_parser = value_parser!(u32).range(1..))]
    seconds: u32,
    /// Number of streams to which the commands of a measurement append in turn.
    #[arg(long, default_value_t = 2_000, value_parser = value_parser!(u32).range(256..))]
    streams: u32,
    /// Server to measure on instead of a private one; its databases `hip_bench_…` are replaced.
    #[arg(long)]
    url: Option<Url>,
    /// Measure only the ceiling and the cases whose name contains this text.
    #[arg(long)]
    only: Option<String>,
}

pub(crate) async fn run(options: BenchAppendArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let report = until_interrupted(measure(&options, data_dir)).await?;
    super::print(&report, options.json);
    Ok(ExitStatus::Success)
}

async fn measure(options: &BenchAppendArgs, data_dir: &Path) -> anyhow::Result<Report> {
    let mut machine = Machine::look();
    let server = Server::open(options.url.clone(), data_dir).await?;
    if !options.json {
        print_line(&format!("On {}; {}.", machine.describe(), server.describe()));
    }
    let measured = match Subjects::prepare(&server).await {
        Ok(subjects) => {
            if !subjects.has_reference() {
                print_error(&format!("reference: {}", reference::HINT));
            }
            let rounds = rounds::measure(&server, &subjects, options).await;
            rounds.map(|rounds| (rounds, subjects.has_reference()))
        }
        Err(error) => Err(error),
    };
    let version = server.version.clone();
    server.close().await;
    let (rounds, has_reference) = measured?;
    machine.look_again();
    Ok(Report::new(machine, version, options, has_reference, rounds))
}
