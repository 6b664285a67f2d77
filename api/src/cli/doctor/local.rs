//! Local checks: configuration, secrets, keys, database.

use std::path::Path;

use hip_commands::settings::Settings;
use hip_infra::config::environment;
use hip_infra::config::{Config, Secrets};
use hip_infra::http::otp_sender::SenderKind;
use hip_infra::postgres;
use hip_infra::postgres::event_store::log_room;
use hip_infra::postgres::queries::facility_ids::{self, Renames};
use sqlx::PgPool;

use super::check::Check;
use crate::database::{Database, is_made};
use crate::secrets::secrets_from_env;

/// The file, and its content if it can be read.
pub(super) fn configuration(path: &Path) -> (Vec<Check>, Option<(Config, Settings)>) {
    const NAME: &str = "configuration";
    let read = Config::read(path).map_err(anyhow::Error::from);
    let read = read.and_then(|config| Ok((config.settings()?, config)));
    match read {
        Ok((settings, config)) => {
            let count = settings.facilities.len();
            let what = format!("{} can be read; facilities: {count}", path.display());
            (vec![Check::ok(NAME, what)], Some((config, settings)))
        }
        Err(error) => {
            let cure = "compare it with docs/hip.toml";
            (vec![Check::failed(NAME, format!("{error:#}"), cure)], None)
        }
    }
}

pub(super) fn secrets() -> (Option<Secrets>, Vec<Check>) {
    match secrets_from_env() {
        Ok(secrets) => (Some(secrets), vec![Check::ok("secrets", "set in the environment")]),
        Err(error) => {
            let cure = "set it in the environment of this command and of `hip serve`";
            (None, vec![Check::failed("secrets", format!("{error:#}"), cure)])
        }
    }
}

/// Checks the clients.
pub(super) fn clients(config: &Config, secrets: &Secrets) -> Check {
    const NAME: &str = "clients";
    match config.clients(secrets) {
        Ok(clients) => Check::ok(NAME, format!("keys that are known: {}", clients.count())),
        Err(error) => {
            let cure =
                "correct HIP_API_KEY or [[client]]; `hip key new` makes a key and its digest";
            Check::failed(NAME, error.to_string(), cure)
        }
    }
}

/// Checks the sender of one-time passwords.
pub(super) fn text_messages(config: &Config) -> Check {
    const NAME: &str = "text messages";
    match config.sms.check(environment::is_production()) {
        Ok(()) if config.sms.sender == SenderKind::Console => {
            let what = "one-time passwords go to standard error, and to no telephone";
            Check::warning(NAME, what, "set sender = \"webhook\" and url in section [sms]")
        }
        Ok(()) => Check::ok(NAME, "one-time passwords go to a webhook"),
        Err(error) => Check::failed(NAME, error.to_string(), "correct section [sms]"),
    }
}

/// Checks the access for users of AMRIT.
pub(super) fn amrit(config: &Config, secrets: &Secrets) -> Option<Check> {
    const NAME: &str = "amrit sessions";
    secrets.amrit_redis_url.as_ref()?;
    let facilities = config.amrit.check().and_then(|()| config.amrit_facilities());
    Some(match facilities {
        Ok(facilities) if facilities.is_empty() => {
            let cure = "name them in section [amrit], facilities";
            Check::warning(NAME, "they may act for no facility", cure)
        }
        Ok(facilities) => {
            Check::ok(NAME, format!("facilities that they may act for: {}", facilities.len()))
        }
        Err(error) => Check::failed(NAME, error.to_string(), "correct section [amrit]"),
    })
}

/// Checks that documents may be stored in the chosen database.
pub(super) fn documents(config: &Config, secrets: &Secrets) -> Option<Check> {
    let refused = config.documents.check(secrets.mongodb_url.is_some()).err()?;
    let cure = "set MONGODB_URL, or leave the preset at \"hip\"";
    Some(Check::failed("documents", refused.to_string(), cure))
}

/// An open database.
pub(super) struct Open {
    pub(super) database: Database,
    /// Connections with the service's role.
    pub(super) pool: PgPool,
}

/// Checks the database; opens it if its schema is current.
pub(super) async fn database(data_dir: &Path) -> (Option<Open>, Vec<Check>) {
    const NAME: &str = "database";
    if !is_made(data_dir) {
        let what = format!("there is none in {} yet", data_dir.display());
        let cure = "when this is not a new installation, set HIP_DATA_DIR or DATABASE_URL; else the first `hip serve` makes it";
        return (None, vec![Check::warning(NAME, what, cure)]);
    }
    let database = match Database::open(data_dir).await {
        Ok(database) => database,
        Err(error) => {
            let cure = "set DATABASE_URL, or let this user write HIP_DATA_DIR";
            return (None, vec![Check::failed(NAME, format!("{error:#}"), cure)]);
        }
    };
    let name = database.describe();
    let pool = match postgres::is_migrated(database.url()).await {
        Ok(true) => postgres::connect(database.url(), 1).await,
        Ok(false) => {
            database.close().await;
            let what = format!("the schema of {name} is old");
            return (None, vec![Check::failed(NAME, what, "run `hip migrate`")]);
        }
        Err(error) => Err(error),
    };
    match pool {
        Ok(pool) => {
            let what = format!("{name} answers, its schema is up to date");
            (Some(Open { database, pool }), vec![Check::ok(NAME, what)])
        }
        Err(error) => {
            database.close().await;
            let cure = "check DATABASE_URL and that its server runs";
            (None, vec![Check::failed(NAME, error.to_string(), cure)])
        }
    }
}

/// Checks the free space of the log.
pub(super) async fn room(pool: &PgPool) -> Check {
    const NAME: &str = "log";
    match log_room(pool).await {
        Ok(room) if room.is_enough() => {
            let what = format!("position {}; room for {} more events", room.head, room.left());
            Check::ok(NAME, what)
        }
        Ok(room) => {
            let what = format!("its partitions have room for only {} more events", room.left());
            let cure = "start `hip serve`, which makes partitions; its log says why it cannot";
            Check::failed(NAME, what, cure)
        }
        Err(error) => Check::failed(NAME, error.to_string(), "check DATABASE_URL"),
    }
}

/// Finds visits of unconfigured facilities. Afterwards facilities have the ids of the log.
pub(super) async fn orphans(
    pool: &PgPool,
    config: &mut Config,
    settings: &mut Settings,
) -> Vec<Check> {
    const NAME: &str = "visits";
    let read = async {
        config.renames = Renames::read(pool).await?;
        *settings = config.settings()?;
        anyhow::Ok(facility_ids::orphans(pool, settings).await?)
    };
    let orphans = match read.await {
        Ok(orphans) => orphans,
        Err(error) => return vec![Check::failed(NAME, format!("{error:#}"), "mend it first")],
    };
    if orphans.is_empty() {
        return vec![Check::ok(NAME, "each is of a facility that is configured")];
    }
    let told = orphans.into_iter().map(|(facility, visits)| {
        let what = format!("{visits} are of {facility}, which no [[facility]] has as its id");
        let cure = format!(
            "when its service id was corrected, run `hip facility rename {facility} NEW`; else configure it"
        );
        Check::failed(NAME, what, cure)
    });
    told.collect()
}
