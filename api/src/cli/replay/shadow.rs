//! `hip replay shadow`: would a period's messages have the same results today?

mod report;
mod scratch_database;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hip_commands::Ports;
use hip_commands::operations::replay::shadow::{Looked, Period, World, shadow};
use hip_commands::port::Clock as _;
use hip_infra::ambient::clock::SystemClock;
use hip_infra::config::Config;
use hip_infra::postgres;
use hip_infra::postgres::event_store::{APPEND_KEYS_KEPT, LogReader};
use hip_infra::shadow::{Built, DirectoriesAsOf, Scratch, under_way};
use sqlx::PgPool;
use url::Url;

use crate::app::{App, build_app};
use crate::database::OpenLog;
use crate::output::{ExitStatus, print_error};
use crate::read_models;
use crate::secrets::secrets_from_env;
use report::Report;
use scratch_database::ScratchDatabase;

/// Options of `hip replay shadow`.
#[derive(clap::Args)]
pub(crate) struct ReplayShadowArgs {
    /// Only events recorded at this time or later (RFC 3339).
    #[arg(long)]
    since: DateTime<Utc>,
    /// And before this one; default: up to now.
    #[arg(long)]
    until: Option<DateTime<Utc>>,
    /// The configuration of `hip serve`, with its environment: its settings are tested, too.
    #[arg(long, env = "HIP_CONFIG")]
    config: PathBuf,
    /// A PostgreSQL server on which a database `hip_shadow` may be created and dropped; default: a private one is
    /// started and removed. In the environment its password is not visible in the process list.
    #[arg(long, value_name = "URL", env = "HIP_SCRATCH_URL", hide_env_values = true)]
    scratch: Option<Url>,
    /// Print one JSON object per difference and read model, and one at the end.
    #[arg(long)]
    json: bool,
}

/// Reads the log and the keys; writes only to the scratch database. Negative: something differs.
pub(crate) async fn run(options: ReplayShadowArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let log = OpenLog::open(data_dir, 1).await?;
    let app = build_app(Config::read(&options.config)?, secrets_from_env()?, log.url()).await?;
    let scratch = ScratchDatabase::make(options.scratch.clone(), data_dir).await?;
    let outcome = play(&options, &app, &scratch).await;
    scratch.close().await;
    app.pool.close().await;
    log.close().await;
    outcome
}

async fn play(
    options: &ReplayShadowArgs,
    app: &App,
    database: &ScratchDatabase,
) -> anyhow::Result<ExitStatus> {
    let live = &app.pool;
    let pool = postgres::connect(database.url(), 4).await?;
    let scratch = Scratch::new(live, pool.clone(), read_models::tables()).await?;
    let scratch = Arc::new(scratch);
    let directories = Arc::new(DirectoriesAsOf::new(Arc::clone(&scratch)));
    let world = World {
        ports: Ports {
            directory: directories.clone(),
            transfers: directories,
            ..app.ports.clone()
        },
        as_of: scratch.as_ref(),
    };
    let since = options.since.max(comparable_from(live).await?);
    let period = Period { since, until: options.until };
    // In this order: work that ends in between is then in the log.
    let under_way = under_way(live).await?;
    let mut report = Report::new(options.json);
    let looked: Looked = shadow(&world, period, &under_way, &mut report).await?;
    let built = scratch.compare().await?;
    pool.close().await;
    let is_same = looked.differences == 0 && built.iter().all(|(_, built)| Built::is_same(built));
    report.end(&looked, &built);
    Ok(if is_same { ExitStatus::Success } else { ExitStatus::Negative })
}

/// Time from which the log shows whether something was stored only once. Prints a note if the range starts earlier.
async fn comparable_from(pool: &PgPool) -> anyhow::Result<DateTime<Utc>> {
    let from = SystemClock.now() - APPEND_KEYS_KEPT;
    let first = LogReader::new(pool.clone()).page(0, 1).await?;
    if first.first().is_some_and(|event| event.recorded_at < from) {
        let from = from.format("%Y-%m-%dT%H:%M:%SZ");
        print_error(&format!("what was recorded before {from} is too old to be compared"));
    }
    Ok(from)
}
