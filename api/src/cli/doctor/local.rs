//! What lies on this side: configuration, secrets, keys, database.

use std::path::Path;

use hip_commands::settings::Settings;
use hip_infra::config::{Config, Secrets};
use hip_infra::facility_ids::{self, Renames};
use hip_infra::postgres;
use hip_infra::vault::LocalKey;

use super::check::Check;
use crate::cli::serve::secrets_from_env;
use crate::database::Database;

/// The file, and what it says when it can be read.
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

/// Who may call.
pub(super) fn clients(config: &Config, secrets: &Secrets) -> Check {
    const NAME: &str = "clients";
    match config.clients(secrets) {
        Ok(clients) => Check::ok(NAME, format!("keys that are known: {}", clients.count())),
        Err(error) => {
            let cure = "correct [[client]]; `hip key new` makes a key and its digest";
            Check::failed(NAME, error.to_string(), cure)
        }
    }
}

/// `HIP_KEK`, or the key file. A missing file is made by the first `hip serve`, not here.
pub(super) fn key_encryption_key(config: &Config) -> Check {
    const NAME: &str = "key-encryption key";
    if let Ok(kek) = std::env::var("HIP_KEK") {
        return match LocalKey::parse(&kek.into()) {
            Ok(_) => Check::ok(NAME, "read from HIP_KEK"),
            Err(error) => Check::failed(NAME, format!("HIP_KEK: {error}"), "correct HIP_KEK"),
        };
    }
    let Some(path) = config.keys.file.as_deref() else {
        return Check::failed(NAME, "there is none", "set HIP_KEK, or file in section [keys]");
    };
    let shown = path.display();
    if !path.exists() {
        let cure =
            "when this is not a new installation, bring back the file that belongs to the database";
        return Check::warning(NAME, format!("{shown} is made at the first start"), cure);
    }
    match LocalKey::read(path) {
        Ok(_) => Check::ok(NAME, format!("read from {shown}")),
        Err(error) => {
            let cure = "let this user read it; it holds 32 bytes in base64";
            Check::failed(NAME, format!("{error:#}"), cure)
        }
    }
}

/// Documents that may not lie where they would.
pub(super) fn documents(config: &Config, secrets: &Secrets) -> Option<Check> {
    let refused = config.documents.check(secrets.mongodb_url.is_some()).err()?;
    let cure = "set MONGODB_URL, or leave the preset at \"hip\"";
    Some(Check::failed("documents", refused.to_string(), cure))
}

/// The database; and whether it has visits of facilities that are not configured.
pub(super) async fn database(
    data_dir: &Path,
    found: Option<(Config, Settings)>,
) -> (Vec<Check>, Option<(Config, Settings)>) {
    const NAME: &str = "database";
    let database = match Database::open(data_dir).await {
        Ok(database) => database,
        Err(error) => {
            let cure = "set DATABASE_URL, or let this user write HIP_DATA_DIR";
            return (vec![Check::failed(NAME, format!("{error:#}"), cure)], found);
        }
    };
    let name = database.describe();
    let mut found = found;
    let checks = match postgres::is_migrated(database.url()).await {
        Ok(true) => {
            let check = Check::ok(NAME, format!("{name} answers, its schema is up to date"));
            let orphans = match &mut found {
                Some((config, settings)) => orphans(database.url(), config, settings).await,
                None => vec![],
            };
            [vec![check], orphans].concat()
        }
        Ok(false) => {
            vec![Check::failed(NAME, format!("the schema of {name} is old"), "run `hip migrate`")]
        }
        Err(error) => {
            let cure = "check DATABASE_URL and that its server runs";
            vec![Check::failed(NAME, error.to_string(), cure)]
        }
    };
    database.close().await;
    (checks, found)
}

/// Visits that nobody serves. From here on facilities have the ids that the log has for them.
async fn orphans(url: &str, config: &mut Config, settings: &mut Settings) -> Vec<Check> {
    const NAME: &str = "visits";
    let read = async {
        let pool = postgres::connect(url, 1).await?;
        config.renames = Renames::read(&pool).await?;
        *settings = config.settings()?;
        let orphans = facility_ids::orphans(&pool, settings).await?;
        pool.close().await;
        anyhow::Ok(orphans)
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
