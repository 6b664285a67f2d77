//! `hip bench`: measurements, each compared with its upper limit in the same run.
//!
//! A figure of one machine says nothing about another. So every goal is a ratio to something that was
//! measured at the same time on the same machine. Rounds are interleaved, and all of them are published.

mod agree;
mod append;
mod bundle;
mod ceiling;
mod chart;
mod cpu;
mod flow;
mod goal;
mod growth;
mod machine;
mod matcher;
mod measured;
mod offline;
mod peers;
mod rebuild;
mod sample;
mod seal;
mod server;
mod soak;

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use serde::Serialize;

use crate::output::{ExitStatus, print_json_line, print_line};
use goal::Goal;

/// Measurements of this program.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Compare verdicts on documents with one edit with those of HAPI's validator.
    Agree(agree::BenchAgreeArgs),
    /// Measure appending to the log, compared with pgbench and with cqrs-es over postgres-es.
    Append(append::BenchAppendArgs),
    /// Measure the whole service from outside: callbacks, discoveries, visits, and rest.
    Flow(flow::BenchFlowArgs),
    /// Measure what the same work costs while the log grows.
    Growth(growth::BenchGrowthArgs),
    /// Ask this service and NHA's ABDM-wrapper the same discoveries in turns.
    Peers(peers::BenchPeersArgs),
    /// Measure building a document from a visit, and validating a document.
    Bundle(bundle::BenchBundleArgs),
    /// Measure validating a document: the second half of `bundle`.
    Validate(bundle::How),
    /// Measure rebuilding every read model over a long log, while the service runs.
    Rebuild(rebuild::BenchRebuildArgs),
    /// Keep the service under a steady load for a long time.
    Soak(soak::BenchSoakArgs),
    /// Measure sealing a page, compared with the encryption alone.
    Seal(seal::BenchSealArgs),
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Agree(options) => agree::run(&options),
        Command::Append(options) => Box::pin(append::run(options, data_dir)).await,
        Command::Bundle(options) => bundle::run(&options),
        Command::Flow(options) => Box::pin(flow::run(options, data_dir)).await,
        Command::Growth(options) => Box::pin(growth::run(options, data_dir)).await,
        Command::Peers(options) => Box::pin(peers::run(options, data_dir)).await,
        Command::Validate(how) => bundle::validate(&how),
        Command::Rebuild(options) => Box::pin(rebuild::run(options, data_dir)).await,
        Command::Soak(options) => Box::pin(soak::run(options, data_dir)).await,
        Command::Seal(options) => Ok(seal::run(&options)),
    }
}

/// The report of a measurement with goals.
trait Measurement: Serialize {
    fn print(&self);
    fn goals(&self) -> &[Goal];
}

/// Prints the figures, then the goals; or everything as one JSON object.
fn print(report: &impl Measurement, as_json: bool) {
    if as_json {
        return print_json_line(report);
    }
    report.print();
    print_line("");
    goal::print(report.goals());
}

/// Writes everything as JSON and the goals as a picture into a folder, which is made if there is none.
fn write(
    report: &impl Measurement,
    (name, title): (&str, &str),
    folder: &Path,
) -> anyhow::Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let json = serde_json::to_string_pretty(report)? + "\n";
    for (ending, content) in [("json", json), ("svg", chart::svg(title, report.goals()))] {
        let path = folder.join(format!("{name}.{ending}"));
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Measures until it is done, or until Ctrl-C. That does not reach a private server: it is stopped, and its folder
/// removed, when the measurement is dropped.
async fn until_interrupted<T>(
    measuring: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    tokio::select! {
        report = measuring => report,
        _ = tokio::signal::ctrl_c() => bail!("interrupted"),
    }
}
