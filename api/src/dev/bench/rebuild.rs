//! `hip bench rebuild`: rebuilds every read model over a long log, while subscribers, writes and reads
//! continue.
//!
//! Reads must give the right result all the time. A known visit, its document, its patient and its token
//! are read again and again; a wrong or missing result fails the run.

mod author;
mod live;
mod reads;
mod report;
mod visit;
mod watch;
mod writes;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use clap::value_parser;
use hip_commands::port::Ids;
use hip_infra::ambient::ids::RandomIds;
use hip_infra::postgres::event_store::LogReader;
use hip_infra::subscription::rebuild::{Projection, Rebuild};
use url::Url;

use super::flow::Kek;
use super::matcher;
use super::offline;
use super::server::{Measured, Server, measured};
use super::until_interrupted;
use crate::app::App;
use crate::output::{ExitStatus, print_error, print_json_line, print_line};
use crate::read_models;
use author::Author;
use live::Live;
use reads::Reads;
use report::{Phase, Report, Row};
use watch::Lag;
use writes::Writes;

/// Options of `hip bench rebuild`.
#[derive(clap::Args)]
pub(crate) struct BenchRebuildArgs {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Number of events in the log before the first rebuild.
    #[arg(long, default_value_t = 1_000_000, value_parser = value_parser!(u32).range(100..))]
    events: u32,
    /// Number of gateway requests for each visit and its patient: most events of a log are messages.
    #[arg(long, default_value_t = 18, value_parser = value_parser!(u32).range(..=1_000))]
    questions: u32,
    /// Visits written per second during the rebuilds, with all resulting events.
    #[arg(long, default_value_t = 2, value_parser = value_parser!(u32).range(1..=100))]
    visits_per_s: u32,
    /// Server to measure on instead of a private one; its databases `hip_bench_…` are replaced.
    #[arg(long)]
    url: Option<Url>,
    /// Rebuild only the read models whose name contains this text.
    #[arg(long)]
    only: Option<String>,
}

pub(crate) async fn run(options: BenchRebuildArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let report = until_interrupted(Box::pin(measure(&options, data_dir))).await?;
    if options.json {
        print_json_line(&report);
    } else {
        report.print();
    }
    for fault in report.faults() {
        print_error(&fault);
    }
    Ok(if report.faults().is_empty() { ExitStatus::Success } else { ExitStatus::Negative })
}

async fn measure(options: &BenchRebuildArgs, data_dir: &Path) -> anyhow::Result<Report> {
    let on_server = async |server: &Server| on(&server.own, options).await;
    let measured = measured(options.url.clone(), data_dir, options.json, on_server).await?;
    let Measured { machine, version, figures: mut report } = measured;
    report.machine = Some(machine);
    report.postgres = version;
    Ok(report)
}

async fn on(url: &str, options: &BenchRebuildArgs) -> anyhow::Result<Report> {
    let app = Arc::new(Box::pin(offline::app(url, &Kek::random())).await?);
    let author = Arc::new(Author::new(&app, options.questions)?);
    let (known, written) = timed(author::fill(&author, options.events)).await?;
    note(options, &format!("{} events written, {:.0} a second", written.events, written.per_s()));

    let projections = read_models::all(&app)?;
    let live = Live::start(&app, &projections);
    let filled = live.catch_up(&app).await?;
    note(
        options,
        &format!("all read models filled at once, {:.0} events a second", filled.per_s()),
    );

    let patients = u32::try_from(author.visits()).context("a number of patients")?;
    let matcher = matcher::measure(&app, patients, 0).await?;
    let ms = |it: Option<f64>| it.unwrap_or_default();
    let (p50, p99) = (ms(matcher.p50_ms), ms(matcher.p99_ms));
    note(options, &format!("search among {patients} patients: p50 {p50:.2} ms, p99 {p99:.2} ms"));
    let reads = Reads::start(&app, &known).await?;
    let writes = Writes::start(&author, options.visits_per_s);
    let rows = rebuild(&app, &projections, options).await;
    let wrote = writes.stop().await?;
    live.catch_up(&app).await?;
    let missing = author::missing(&app, &wrote).await?;
    let reads = reads.stop().await?;
    live.stop().await;
    Ok(Report {
        machine: None,
        postgres: String::new(),
        written,
        filled,
        patients,
        matcher,
        rows: rows?,
        reads,
        wrote: wrote.len(),
        missing,
    })
}

async fn rebuild(
    app: &Arc<App>,
    projections: &[Arc<dyn Projection>],
    options: &BenchRebuildArgs,
) -> anyhow::Result<Vec<Row>> {
    let builder = Rebuild {
        log: LogReader::new(app.pool.clone()),
        pool: app.pool.clone(),
        process: RandomIds.random(),
    };
    let mut rows = vec![];
    for projection in projections {
        let name = projection.name();
        if options.only.as_ref().is_some_and(|only| !name.contains(only)) {
            continue;
        }
        let lag = Lag::watch(app.pool.clone(), name);
        let rebuilt = builder.run(projection.as_ref(), &|_, _| {}).await;
        let lag = lag.stop().await?;
        let row = Row::of(name, &rebuilt.with_context(|| format!("{name} was not rebuilt"))?, lag);
        note(options, &row.line());
        rows.push(row);
    }
    Ok(rows)
}

/// Returns the result of a phase, with its number of events and its duration.
async fn timed<T>(
    phase: impl Future<Output = anyhow::Result<(T, i64)>>,
) -> anyhow::Result<(T, Phase)> {
    let begun_at = Instant::now();
    let (outcome, events) = phase.await?;
    Ok((outcome, Phase { events, seconds: begun_at.elapsed().as_secs_f64() }))
}

fn note(options: &BenchRebuildArgs, line: &str) {
    if !options.json {
        print_line(line);
    }
}
