//! The gateway's keys on disk, for a start while the gateway is unavailable, and in case
//! the call for them is removed.
//!
//! A process that can write this file can impersonate the gateway; only the owner may write it.

use std::io;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use jsonwebtoken::jwk::JwkSet;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;

/// The file with the keys of one gateway.
pub(super) struct KeyCache {
    path: PathBuf,
    gateway: String,
}

/// Content of the file: public keys, their gateway and their age.
#[derive(Serialize, Deserialize)]
pub(super) struct CachedKeys {
    /// Base URL of the gateway that sent them: keys of another gateway are not trusted.
    gateway: String,
    pub(super) fetched_at: DateTime<Utc>,
    pub(super) set: JwkSet,
}

impl KeyCache {
    pub(super) fn new(path: PathBuf, gateway: &str) -> Self {
        Self { path, gateway: gateway.trim_end_matches('/').to_owned() }
    }

    /// The stored keys; `None` if there are none, or they belong to another gateway.
    pub(super) fn read(&self) -> Option<CachedKeys> {
        let text = match std::fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(%error, path = %self.path.display(), "the stored keys of the gateway cannot be read");
                return None;
            }
        };
        let kept: Option<CachedKeys> = serde_json::from_slice(&text).ok();
        let kept = kept.filter(|kept| kept.gateway == self.gateway);
        if kept.is_none() {
            tracing::warn!(path = %self.path.display(), "the stored keys belong to another gateway, or are damaged");
        }
        kept
    }

    /// Replaces the stored set atomically. A failure is no reason to reject a callback.
    pub(super) async fn write(&self, set: JwkSet, fetched_at: DateTime<Utc>) {
        let kept = CachedKeys { gateway: self.gateway.clone(), fetched_at, set };
        if let Err(error) = self.replace(&kept).await {
            tracing::warn!(%error, path = %self.path.display(), "the gateway's keys cannot be stored");
        }
    }

    async fn replace(&self, kept: &CachedKeys) -> io::Result<()> {
        if let Some(directory) = self.path.parent() {
            tokio::fs::create_dir_all(directory).await?;
        }
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{}", std::process::id()));
        let new = PathBuf::from(name);
        let mut options = tokio::fs::OpenOptions::new();
        let mut file =
            options.write(true).create(true).truncate(true).mode(0o600).open(&new).await?;
        file.write_all(&serde_json::to_vec(kept)?).await?;
        file.sync_all().await?;
        tokio::fs::rename(&new, &self.path).await
    }
}
