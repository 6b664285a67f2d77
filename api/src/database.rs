//! The database: the one that is configured, or a private one that we start ourselves.

use std::path::{Path, PathBuf};

use anyhow::Context;
use hip_launcher::{Durability, Options, PrivatePostgres};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

/// Name of our database in a private cluster.
const NAME: &str = "hip";

/// A database that is there as long as this value is.
pub(crate) struct Database {
    url: SecretString,
    private: Option<PrivatePostgres>,
}

impl Database {
    /// `DATABASE_URL`, or a private cluster under `data_dir`, durable.
    pub(crate) async fn open(data_dir: &Path) -> anyhow::Result<Self> {
        if let Ok(url) = std::env::var("DATABASE_URL") {
            return Ok(Self { url: SecretString::from(url), private: None });
        }
        let data_dir = data_dir.join("pg");
        let started = tokio::task::spawn_blocking(move || start(data_dir)).await?;
        let private =
            started.context("no database: set DATABASE_URL, or let a private one start")?;
        let url = SecretString::from(private.url(NAME));
        Ok(Self { url, private: Some(private) })
    }

    pub(crate) fn url(&self) -> &str {
        self.url.expose_secret()
    }

    /// In words, for the first line of a command.
    pub(crate) fn describe(&self) -> String {
        match &self.private {
            None => "the PostgreSQL of DATABASE_URL".to_owned(),
            Some(private) => format!("a private PostgreSQL on port {}", private.port()),
        }
    }

    /// Stops a private cluster that this process has started.
    pub(crate) async fn close(self) {
        if let Some(private) = self.private {
            let _ = tokio::task::spawn_blocking(move || drop(private)).await;
        }
    }
}

/// Where the seals of this database's log are published when no configuration says: databases that
/// share a data directory have files of their own.
pub(crate) fn seals_file(data_dir: &Path) -> PathBuf {
    let url = std::env::var("DATABASE_URL").ok();
    data_dir.join(match url.and_then(|url| Url::parse(&url).ok()) {
        Some(url) => format!("seals-{}.jsonl", place(&url)),
        None => "seals.jsonl".to_owned(),
    })
}

/// Where erasures are written down when no configuration says: one file for all databases, since one of
/// them may be restored under another name. Who is erased is known to one of them only.
pub(crate) fn erasures_file(data_dir: &Path) -> PathBuf {
    data_dir.join("erasures.jsonl")
}

/// Host, port and database, in characters that a file name may have.
fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let place =
        format!("{host}-{}{}", url.port().unwrap_or(5432), url.path().replacen('/', "-", 1));
    place.replace(|c: char| !c.is_ascii_alphanumeric() && !"-._".contains(c), "_")
}

fn start(data_dir: PathBuf) -> anyhow::Result<PrivatePostgres> {
    let private = PrivatePostgres::start(Options { data_dir, durability: Durability::Durable })?;
    private.create_database(NAME)?;
    Ok(private)
}
