//! `hip projection status|rebuild|unpark`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::bail;
use hip_commands::port::Ids;
use hip_infra::ambient::ids::RandomIds;
use hip_infra::config::Config;
use hip_infra::postgres::event_store::{LogReader, LogRoom, log_room};
use hip_infra::subscription::projection_status::{self, ParkedEvent, ProjectionStatus, Retry};
use hip_infra::subscription::rebuild::{Compared, Projection, Rebuild, Rebuilt};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::app::build_app;
use crate::database::OpenLog;
use crate::output::{ExitStatus, print_error, print_json_line, print_line};
use crate::read_models;
use crate::secrets::secrets_from_env;

/// Read models derived from the log.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Show the progress of each subscriber, and the free space of the log. Exit 1 if a
    /// subscriber stopped or has parked events, or if partitions of the log are missing.
    Status {
        /// Print one JSON object per subscriber.
        #[arg(long)]
        json: bool,
    },
    /// Retry parked events of a subscriber, in their order. `hip serve` does it, so it
    /// must run. Exit 1 if some are left.
    Unpark {
        /// Name of the subscriber; `hip projection status` lists them.
        name: String,
    },
    /// Rebuild read models from the log, beside the live ones, and replace those.
    /// The service may run meanwhile.
    Rebuild {
        /// Names; `hip projection status` lists them.
        #[arg(required_unless_present = "all")]
        names: Vec<String>,
        /// Rebuild all.
        #[arg(long, conflicts_with = "names")]
        all: bool,
        /// The configuration of `hip serve`; without it only read models in the log's own database can be
        /// rebuilt.
        #[arg(long, env = "HIP_CONFIG")]
        config: Option<PathBuf>,
        /// Print one JSON object per read model.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) async fn run(command: Command, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let log = OpenLog::open(data_dir, 4).await?;
    let answer = match command {
        Command::Status { json } => status(&log.pool, json).await,
        Command::Unpark { name } => unpark(&log.pool, &name).await,
        Command::Rebuild { names, config, json, .. } => {
            let projections = match &config {
                Some(config) => configured(config, log.url()).await,
                None => Ok(read_models::tables()),
            };
            match projections {
                Ok(projections) => match check(&projections, &names, config.is_some()) {
                    Ok(()) => rebuild(&log.pool, projections, &names, json).await,
                    Err(error) => Err(error),
                },
                Err(error) => Err(error),
            }
        }
    };
    log.close().await;
    answer
}

async fn status(pool: &PgPool, json: bool) -> anyhow::Result<ExitStatus> {
    let (all, room) = (projection_status::all(pool).await?, log_room(pool).await?);
    if json {
        all.iter().for_each(print_json_line);
    } else {
        print(&all);
        print_room(room);
    }
    let is_stuck = |one: &ProjectionStatus| one.state == "halted" || one.parked > 0;
    let is_well = room.is_enough() && !all.iter().any(is_stuck);
    Ok(if is_well { ExitStatus::Success } else { ExitStatus::Negative })
}

/// Maximum wait for `hip serve` to retry.
const RETRY_PATIENCE: Duration = Duration::from_secs(60);

async fn unpark(pool: &PgPool, name: &str) -> anyhow::Result<ExitStatus> {
    let begun_at = Instant::now();
    let mut retry = projection_status::wish_retry(pool, name).await?;
    while retry == Retry::Wished && begun_at.elapsed() < RETRY_PATIENCE {
        tokio::time::sleep(Duration::from_millis(100)).await;
        retry = projection_status::retry(pool, name).await?;
    }
    match retry {
        Retry::Unknown => bail!("{name} is no live reader; see `hip projection status`"),
        Retry::Wished => {
            bail!("nobody has tried yet: `hip serve` does when it next takes up {name}")
        }
        Retry::Done { left: 0 } => {
            print_line(&format!("{name}: nothing is put aside"));
            Ok(ExitStatus::Success)
        }
        Retry::Done { left } => {
            print_line(&format!(
                "{name}: {left} events are still put aside; see `hip projection status`"
            ));
            Ok(ExitStatus::Negative)
        }
    }
}

fn print(all: &[ProjectionStatus]) {
    print_line(&format!(
        "{:<28} {:>10} {:<8} {:>12} {:>10} {:>9}  owner",
        "projection", "generation", "state", "position", "lag events", "lag s"
    ));
    for one in all {
        let ProjectionStatus { name, generation, state, position, lag_events, .. } = one;
        let lag = one.lag_seconds.map_or_else(|| "–".to_owned(), |lag| format!("{lag:.1}"));
        let owner = one.owner.as_deref().unwrap_or("nobody");
        print_line(&format!(
            "{name:<28} {generation:>10} {state:<8} {position:>12} {lag_events:>10} {lag:>9}  {owner}"
        ));
        if let Some(error) = &one.last_error {
            print_line(&format!("  {error}; mend the cause and start `hip serve` again"));
        }
        if one.parked > 0 {
            let parked = one.parked;
            print_line(&format!(
                "  {parked} events put aside; mend the cause, then `hip projection unpark {name}`"
            ));
        }
        for ParkedEvent { position, stream, reason, attempts, .. } in &one.parked_events {
            print_line(&format!(
                "    position {position} of {stream}: {reason} ({attempts} attempts)"
            ));
        }
    }
}

fn print_room(room: LogRoom) {
    let (head, left) = (room.head, room.left());
    print_line(&format!(
        "the log is at position {head}; its partitions have room for {left} more events"
    ));
    if !room.is_enough() {
        print_line(
            "  partitions are missing: a running `hip serve` makes them, and logs why it cannot",
        );
    }
}

async fn configured(config: &Path, url: &str) -> anyhow::Result<Vec<Arc<dyn Projection>>> {
    let app = build_app(Config::read(config)?, secrets_from_env()?, url).await?;
    read_models::all(&app)
}

/// Checks that read models with these names exist.
fn check(
    projections: &[Arc<dyn Projection>],
    names: &[String],
    is_configured: bool,
) -> anyhow::Result<()> {
    for name in names {
        if projections.iter().any(|projection| projection.name() == name) {
            continue;
        }
        let known: Vec<_> = projections.iter().map(|projection| projection.name()).collect();
        let known = known.join(", ");
        if is_configured {
            bail!("{name} is no read model; there are {known}");
        }
        bail!(
            "without --config there are only {known}; to rebuild {name} name the configuration of `hip serve`"
        );
    }
    Ok(())
}

async fn rebuild(
    pool: &PgPool,
    projections: Vec<Arc<dyn Projection>>,
    names: &[String],
    json: bool,
) -> anyhow::Result<ExitStatus> {
    let log = LogReader::new(pool.clone());
    let builder = Rebuild { log, pool: pool.clone(), process: RandomIds.random() };
    for projection in projections {
        if names.is_empty() || names.iter().any(|name| name == projection.name()) {
            let rebuilt = one(&builder, projection.as_ref()).await?;
            report(projection.name(), &rebuilt, json);
        }
    }
    Ok(ExitStatus::Success)
}

async fn one(builder: &Rebuild, projection: &dyn Projection) -> anyhow::Result<Rebuilt> {
    let bar = ProgressBar::no_length().with_style(ProgressStyle::with_template(
        "{msg:<22} {wide_bar} {pos}/{len} events, {per_sec}, {eta} left",
    )?);
    bar.set_message(projection.name());
    let rebuilt = builder
        .run(projection, &|position, head| {
            bar.set_length(head.unsigned_abs());
            bar.set_position(position.unsigned_abs());
        })
        .await;
    bar.finish_and_clear();
    Ok(rebuilt?)
}

fn report(name: &str, rebuilt: &Rebuilt, json: bool) {
    let seconds = rebuilt.filled_in.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = rebuilt.position as f64 / seconds.max(0.001);
    if json {
        let compared: Vec<Value> = rebuilt.compared.iter().map(as_json).collect();
        return print_json_line(&json!({
            "name": name,
            "generation": rebuilt.generation,
            "position": rebuilt.position,
            "seconds": seconds,
            "eventsPerSecond": rate,
            "heldSeconds": rebuilt.held_for.as_secs_f64(),
            "same": rebuilt.is_same(),
            "parked": rebuilt.parked_count,
            "compared": compared,
        }));
    }
    print_line(&format!(
        "{name}: generation {} at position {}, {seconds:.1} s, {rate:.0} events/s, live reader held for {:.2} s",
        rebuilt.generation,
        rebuilt.position,
        rebuilt.held_for.as_secs_f64(),
    ));
    if rebuilt.parked_count > 0 {
        print_error(&format!("{name}: {} events are put aside", rebuilt.parked_count));
    }
    for part in &rebuilt.compared {
        let Compared { what, live_rows, next_rows, .. } = part;
        let verdict = if part.is_same() { "the same as before" } else { "NOT the same as before" };
        print_line(&format!("  {what}: {next_rows} rows, {verdict}"));
        if !part.is_same() {
            print_error(&format!("{name}: {what} had {live_rows} rows and now has {next_rows}"));
        }
    }
}

fn as_json(part: &Compared) -> Value {
    json!({
        "what": part.what,
        "same": part.is_same(),
        "rowsBefore": part.live_rows,
        "rows": part.next_rows,
        "digest": part.next_digest,
    })
}
