//! `hip bench growth`: what the same work costs while the log grows.
//!
//! The visits are pushed to the service from outside, as hospitals push them, until there are as many patients as
//! wanted. Then each kind of work is measured, and the next size follows. What grows with the log grows here.

mod report;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, ensure};
use clap::value_parser;
use hip_commands::port::{Ids, Log};
use hip_infra::ambient::ids::RandomIds;
use hip_infra::postgres::event_store::LogReader;
use hip_infra::subscription::rebuild::Rebuild;
use sqlx::PgPool;

use super::cpu::ServerCpu;
use super::flow::{Kek, Subject};
use super::matcher;
use super::offline;
use super::server::{Measured, Server, measured};
use super::until_interrupted;
use crate::app::App;
use crate::output::{ExitStatus, print_line};
use crate::read_models;
use report::{Report, Round, Size};

/// The read model that is rebuilt: discovery searches in it.
const REBUILT: &str = "patient_index";

/// Callbacks of one round.
const CALLBACKS: u32 = 4_000;

/// Visits of one round. They are of new patients, so the log grows a little while it is measured.
const VISITS: u32 = 500;

/// Options of `hip bench growth`.
#[derive(clap::Args)]
pub(crate) struct BenchGrowthArgs {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Numbers of patients at which everything is measured, smallest first. Each patient has one visit.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000], value_parser = value_parser!(u32).range(10..=10_000_000))]
    patients: Vec<u32>,
    /// Number of rounds at each size.
    #[arg(long, default_value_t = 3, value_parser = value_parser!(u32).range(1..=50))]
    rounds: u32,
    /// Seconds of discoveries at a steady rate.
    #[arg(long, default_value_t = 10, value_parser = value_parser!(u32).range(1..))]
    seconds: u32,
    /// Folder for the report: growth.json, and growth.svg with each ratio as a share of its goal.
    #[arg(long)]
    report: Option<PathBuf>,
    /// Server to measure on instead of a private one; its databases `hip_bench_…` are replaced.
    #[arg(long)]
    url: Option<url::Url>,
}

pub(crate) async fn run(options: BenchGrowthArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    ensure!(options.patients.is_sorted(), "--patients: the smallest number comes first");
    let report = until_interrupted(Box::pin(measure(&options, data_dir))).await?;
    super::print(&report, options.json);
    if let Some(folder) = &options.report {
        super::write(
            &report,
            ("growth", "hip bench growth: the largest log, times the smallest"),
            folder,
        )?;
    }
    Ok(ExitStatus::Success)
}

async fn measure(options: &BenchGrowthArgs, data_dir: &Path) -> anyhow::Result<Report> {
    let on_server = async |server: &Server| on(server, options).await;
    let measured = measured(options.url.clone(), data_dir, options.json, on_server).await?;
    let Measured { machine, version, figures } = measured;
    Ok(Report::new(machine, version, figures))
}

async fn on(server: &Server, options: &BenchGrowthArgs) -> anyhow::Result<Vec<Size>> {
    let kek = Kek::random();
    let app = Box::pin(offline::app(&server.own, &kek)).await?;
    let cpu = ServerCpu::find(&server.admin).await?;
    let subject = Subject::start(server, cpu, &kek).await?;
    let measured = sizes(server, &app, &subject, options).await;
    subject.stop().await;
    measured
}

async fn sizes(
    server: &Server,
    app: &App,
    subject: &Subject,
    options: &BenchGrowthArgs,
) -> anyhow::Result<Vec<Size>> {
    subject.prepare_transfers().await?;
    let mut patients = 0;
    let mut sizes = vec![];
    for wanted in &options.patients {
        let (first, begun_at) = (patients, Instant::now());
        if *wanted > patients {
            subject.visits(first, wanted - patients).await?;
            patients = *wanted;
        }
        if !options.json {
            let (pushed, seconds) = (patients - first, begun_at.elapsed().as_secs_f64());
            print_line(&format!("{pushed} visits pushed in {seconds:.0} s"));
        }
        tidy(&app.pool).await?;
        let mut rounds = vec![];
        for _ in 0..options.rounds {
            server.checkpoint().await;
            rounds.push(Round {
                callbacks: subject.callbacks(CALLBACKS).await?,
                discoveries: subject.calm(options.seconds, patients).await?,
                visits: subject.visits(patients, VISITS.min(*wanted)).await?,
                transfers: subject.transfers().await?,
                matcher: matcher::measure(app, patients, 1).await?,
                rebuilt_events_per_s: rebuild(app).await?,
            });
            patients += VISITS.min(*wanted);
        }
        let size = Size { patients, events: app.log.head().await?, rounds };
        if !options.json {
            print_line(&size.line());
        }
        sizes.push(size);
    }
    Ok(sizes)
}

/// What autovacuum would do within minutes: the first measurement after a fill would else pay for it.
async fn tidy(pool: &PgPool) -> anyhow::Result<()> {
    sqlx::query("VACUUM (ANALYZE)").execute(pool).await.context("the tables cannot be vacuumed")?;
    Ok(())
}

/// Rebuilds one read model while the service is at rest.
async fn rebuild(app: &App) -> anyhow::Result<f64> {
    let projections = read_models::all(app)?;
    let projection = projections.iter().find(|projection| projection.name() == REBUILT);
    let projection = Arc::clone(projection.context("there is no such read model")?);
    let builder = Rebuild {
        log: LogReader::new(app.pool.clone()),
        pool: app.pool.clone(),
        process: RandomIds.random(),
    };
    let rebuilt = builder.run(projection.as_ref(), &|_, _| {}).await?;
    ensure!(rebuilt.is_same(), "the read model was not the same again");
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let events = rebuilt.position as f64;
    Ok(events / rebuilt.filled_in.as_secs_f64().max(1e-6))
}
