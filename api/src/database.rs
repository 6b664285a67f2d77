//! The database: the configured one, or a private one that we start.

mod open_log;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use hip_launcher::{Durability, PostgresOptions, PrivatePostgres};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::output::print_error;
pub(crate) use open_log::{OpenLog, is_made};

/// Name of our database in a private cluster.
const NAME: &str = "hip";

/// The user of a private cluster for serving. It owns nothing, and has the rights of [`SERVICE`].
const LOGIN: &str = "hip_app";

/// The role that may append to the log and read it, but not change it.
const SERVICE: &str = "hip_service";

/// Interval between checks that a private cluster still runs.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// A database that is available as long as this value exists.
pub(crate) struct Database {
    url: SecretString,
    /// URL of the owner, who may change the schema; `None` if it is the same.
    owner_url: Option<SecretString>,
    private: Option<PrivatePostgres>,
}

impl Database {
    /// Opens `DATABASE_URL`, or a private, durable cluster under `data_dir`.
    pub(crate) async fn open(data_dir: &Path) -> anyhow::Result<Self> {
        if let Some(url) = url_from_env() {
            return Ok(Self { url, owner_url: None, private: None });
        }
        let data_dir = private_data_dir(data_dir);
        let started = tokio::task::spawn_blocking(move || start(data_dir)).await?;
        let private =
            started.context("no database: set DATABASE_URL, or let a private one start")?;
        if private.was_open() {
            print_error(&format!(
                "hip: the private PostgreSQL in {} let in every local user; from now on it wants a password",
                private.data_dir().display()
            ));
        }
        let url = SecretString::from(private.login_url(LOGIN, NAME)?);
        let owner_url = Some(SecretString::from(private.url(NAME)));
        Ok(Self { url, owner_url, private: Some(private) })
    }

    /// URL for everything except the schema.
    pub(crate) fn url(&self) -> &str {
        self.url.expose_secret()
    }

    /// URL for migrations.
    pub(crate) fn owner_url(&self) -> &str {
        self.owner_url.as_ref().unwrap_or(&self.url).expose_secret()
    }

    /// Description for the first line of a command.
    pub(crate) fn describe(&self) -> String {
        match &self.private {
            None => "the PostgreSQL of DATABASE_URL".to_owned(),
            Some(private) => format!("a private PostgreSQL in {}", private.data_dir().display()),
        }
    }

    /// Returns when a private cluster has stopped, whatever stopped it. Never returns for a configured database:
    /// that may recover.
    pub(crate) async fn until_it_ends(&self) {
        let Some(private) = &self.private else { return std::future::pending().await };
        while private.is_at_work() {
            tokio::time::sleep(LOOK_INTERVAL).await;
        }
    }

    /// Stops a private cluster that this process started.
    pub(crate) async fn close(self) {
        if let Some(private) = self.private {
            let _ = tokio::task::spawn_blocking(move || drop(private)).await;
        }
    }
}

fn url_from_env() -> Option<SecretString> {
    std::env::var("DATABASE_URL").ok().map(SecretString::from)
}

/// Directory of a private cluster.
fn private_data_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("pg")
}

/// Default file for published seals: databases that
/// share a data directory have separate files.
pub(crate) fn seals_file(data_dir: &Path) -> PathBuf {
    let url = url_from_env().and_then(|url| Url::parse(url.expose_secret()).ok());
    data_dir.join(match url {
        Some(url) => format!("seals-{}.jsonl", place(&url)),
        None => "seals.jsonl".to_owned(),
    })
}

/// Default file of the erasure journal: one file for all databases, since a database
/// may be restored under another name. Each erasure is known to only one of them.
pub(crate) fn erasures_file(data_dir: &Path) -> PathBuf {
    data_dir.join("erasures.jsonl")
}

/// Host, port and database, in characters permitted in a file name.
fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let place =
        format!("{host}-{}{}", url.port().unwrap_or(5432), url.path().replacen('/', "-", 1));
    place.replace(|c: char| !c.is_ascii_alphanumeric() && !"-._".contains(c), "_")
}

fn start(data_dir: PathBuf) -> anyhow::Result<PrivatePostgres> {
    let private =
        PrivatePostgres::start(PostgresOptions { data_dir, durability: Durability::Durable })?;
    private.create_database(NAME)?;
    private.create_login(LOGIN, SERVICE)?;
    Ok(private)
}
