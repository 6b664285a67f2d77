//! `hip serve`, `hip migrate`.

use std::fs::DirBuilder;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use hip_infra::config::{Config, Secrets};
use hip_infra::health::watchdog::{HANG_TIME_MAX, Watchdog};
use hip_infra::postgres::queries::facility_ids;
use hip_infra::postgres::{self, TimelineGuard};
use secrecy::SecretString;
use sqlx::PgPool;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::app::{App, build_app_guarded};
use crate::bridge_check;
use crate::database::{Database, erasures_file, seals_file};
use crate::output::{ExitStatus, print_line};
use crate::secrets::secrets_from_env;
use crate::service::{self, Role};
use crate::stop;

/// Options of `hip serve`.
#[derive(clap::Args)]
pub(crate) struct ServeArgs {
    /// The configuration file; an example is in `docs/hip.toml`.
    #[arg(long, env = "HIP_CONFIG")]
    config: PathBuf,
    /// Which parts of the provider to run.
    #[arg(long, value_enum, default_value = "all")]
    role: Role,
}

pub(crate) async fn run(options: ServeArgs, data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let mut config = Config::read(&options.config)?;
    config.gateway.key_cache.get_or_insert_with(|| data_dir.join("gateway-keys.json"));
    config.seals.key_file.get_or_insert_with(|| data_dir.join("seal-key.pem"));
    config.seals.publish.get_or_insert_with(|| seals_file(data_dir));
    config.erasure.journal.get_or_insert_with(|| erasures_file(data_dir));
    let secrets = secrets_from_env()?;
    let database = Database::open(data_dir).await?;
    make_data_dir(data_dir).with_context(|| format!("{} cannot be made", data_dir.display()))?;
    let stop = stop::on_signal()?;
    tracing::info!(role = ?options.role, listen = %config.listen, database = database.describe(), "serving");
    let serving = Serving { config, secrets, database: &database, role: options.role };
    tokio::select! {
        served = serving.on_any_server(stop) => served?,
        () = database.until_it_ends() => bail!(
            "the private PostgreSQL has ended; this process ends too, so that its supervisor starts both again"
        ),
    }
    database.close().await;
    tracing::info!("stopped");
    Ok(ExitStatus::Success)
}

/// Creates the directory for keys and journals: only the owner may read it.
fn make_data_dir(data_dir: &Path) -> std::io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(data_dir)
}

/// Maximum attempts to continue on a database server that replaced another, and the delay between them.
const TAKE_UP_ATTEMPT_COUNT_MAX: u32 = 60;
const TAKE_UP_PAUSE: Duration = Duration::from_secs(1);

/// Configuration of a served process.
struct Serving<'d> {
    config: Config,
    secrets: Secrets,
    database: &'d Database,
    role: Role,
}

impl Serving<'_> {
    /// Serves until `stop` is true, on one database server after the other.
    async fn on_any_server(&self, stop: watch::Receiver<bool>) -> anyhow::Result<()> {
        let (mut seen, mut attempts_left) = (0, 0);
        loop {
            match self.on_one_server(seen, stop.clone()).await {
                Ok(None) => return Ok(()),
                Ok(Some(newest)) => {
                    tracing::error!("the database server was replaced; all state is read again");
                    (seen, attempts_left) = (newest, TAKE_UP_ATTEMPT_COUNT_MAX);
                }
                // It was told to stop, so an error while starting does not matter.
                Err(error) if *stop.borrow() => {
                    tracing::warn!("stopped before it served: {error:#}");
                    return Ok(());
                }
                // The new server may not be ready yet.
                Err(error) if attempts_left > 0 => {
                    tracing::warn!("the new database server cannot be used yet: {error:#}");
                    attempts_left -= 1;
                    tokio::time::sleep(TAKE_UP_PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Serves until `stop` is true, or another server has replaced the database's. Then no
    /// state in memory is valid any more, and it must start again; returns the newest event that was seen.
    async fn on_one_server(
        &self,
        seen: i64,
        stop: watch::Receiver<bool>,
    ) -> anyhow::Result<Option<i64>> {
        postgres::migrate(self.database.owner_url()).await?;
        let listener = match self.role {
            Role::All | Role::Api => Some(listen(self.config.listen).await?),
            Role::Worker => None,
        };
        let guard = TimelineGuard::default();
        let (config, secrets) = (self.config.clone(), self.secrets.clone());
        let composing =
            build_app_guarded(config, secrets, self.database.url(), Some(guard.clone()));
        let mut app = composing.await?;
        app.seen = seen;
        watch_writer(&app, self.database.url())?;
        warn_of_orphans(&app).await?;
        let (gateway, settings) = (app.gateway.clone(), app.ports.settings.clone());
        tokio::spawn(async move { bridge_check::warn_of_missing(&gateway, &settings).await });
        let head = app.log.watch_head();
        let ending = ending(app.pool.clone(), &guard, stop.clone());
        let served = service::run(app, listener, self.role, ending).await;
        if *guard.changed().borrow() && !*stop.borrow() {
            let newest = seen.max(*head.borrow());
            return Ok(Some(newest));
        }
        served.map(|()| None)
    }
}

/// Turns true with `stop`, and if the server was replaced; then nobody waits for the database any more.
fn ending(
    pool: PgPool,
    guard: &TimelineGuard,
    mut stop: watch::Receiver<bool>,
) -> watch::Receiver<bool> {
    let (tell, ending) = watch::channel(false);
    let mut changed = guard.changed();
    tokio::spawn(async move {
        let is_replaced = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => false,
            _ = changed.wait_for(|changed| *changed) => true,
        };
        tell.send_replace(true);
        if is_replaced {
            pool.close().await;
        }
        // Keeps the sender alive: a receiver would otherwise take a dropped sender for "no stop".
        tell.closed().await;
    });
    ending
}

/// Ends the process when its writer hangs while the database answers other connections: the supervisor then starts a
/// process that can write.
fn watch_writer(app: &App, database_url: &str) -> anyhow::Result<()> {
    let watchdog = Watchdog {
        writer: app.log.writer_activity(),
        database_url: SecretString::from(database_url),
        hang_time_max: HANG_TIME_MAX,
    };
    watchdog.spawn(|| {
        tracing::error!(
            "the writer of the log hangs although the database answers; the process ends and must be restarted"
        );
        std::process::exit(stop::UNABLE);
    })?;
    Ok(())
}

/// Warns of visits of unconfigured facilities: they can be neither found nor shared.
async fn warn_of_orphans(app: &App) -> anyhow::Result<()> {
    for (facility, visits) in facility_ids::orphans(&app.pool, &app.ports.settings).await? {
        tracing::warn!(
            facility,
            visits,
            "no [[facility]] has this id: its visits are not served; when its service id was corrected, run \
             `hip facility rename`"
        );
    }
    Ok(())
}

pub(crate) async fn migrate(data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let database = Database::open(data_dir).await?;
    postgres::migrate(database.owner_url()).await?;
    print_line(&format!("the schema of {} is up to date", database.describe()));
    database.close().await;
    Ok(ExitStatus::Success)
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}
