//! What lies on this side: configuration, secrets, keys, database.

use std::path::Path;

use hip_commands::settings::Settings;
use hip_infra::config::{Config, Secrets};
use hip_infra::otp_sender::SenderKind;
use hip_infra::vault::LocalKey;
use hip_infra::{environment, postgres};

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
            let cure =
                "correct HIP_API_KEY or [[client]]; `hip key new` makes a key and its digest";
            Check::failed(NAME, error.to_string(), cure)
        }
    }
}

/// Who sends one-time passwords.
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

/// Who is logged in to AMRIT.
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

pub(super) async fn database(data_dir: &Path) -> Vec<Check> {
    const NAME: &str = "database";
    let database = match Database::open(data_dir).await {
        Ok(database) => database,
        Err(error) => {
            let cure = "set DATABASE_URL, or let this user write HIP_DATA_DIR";
            return vec![Check::failed(NAME, format!("{error:#}"), cure)];
        }
    };
    let name = database.describe();
    let check = match postgres::is_migrated(database.url()).await {
        Ok(true) => Check::ok(NAME, format!("{name} answers, its schema is up to date")),
        Ok(false) => {
            Check::failed(NAME, format!("the schema of {name} is old"), "run `hip migrate`")
        }
        Err(error) => {
            Check::failed(NAME, error.to_string(), "check DATABASE_URL and that its server runs")
        }
    };
    database.close().await;
    vec![check]
}
