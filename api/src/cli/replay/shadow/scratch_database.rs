//! The scratch database.

use std::path::Path;

use anyhow::Context;
use hip_infra::postgres::{self, scratch_database};
use hip_launcher::Durability;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;
use url::Url;

use crate::dev::scratch_server::ScratchServer;

/// Name of the database. One of this name is taken for one of ours.
const NAME: &str = "hip_shadow";

/// An empty database with our schema.
pub(super) struct ScratchDatabase {
    admin: PgPool,
    url: SecretString,
    server: Option<ScratchServer>,
}

impl ScratchDatabase {
    /// Creates it on the server at `url`, or on a private one below `data_dir`.
    pub(super) async fn make(url: Option<Url>, data_dir: &Path) -> anyhow::Result<Self> {
        let (mut url, server) = if let Some(url) = url {
            (url, None)
        } else {
            let folder = data_dir.join(format!("shadow-{}", std::process::id()));
            let server = ScratchServer::start(folder, Durability::Throwaway)
                .await
                .context("no private server; --scratch names another")?;
            (Url::parse(&server.url("postgres"))?, Some(server))
        };
        let admin = PgPool::connect(url.as_str()).await;
        let admin = admin.context("the scratch server cannot be reached")?;
        scratch_database::create(&admin, NAME)
            .await
            .context("the scratch database cannot be made")?;
        url.set_path(NAME);
        let url = String::from(url);
        postgres::migrate(&url).await?;
        Ok(Self { admin, url: SecretString::from(url), server })
    }

    pub(super) fn url(&self) -> &str {
        self.url.expose_secret()
    }

    /// Removes it.
    pub(super) async fn close(self) {
        if self.server.is_none() {
            let _ = scratch_database::remove(&self.admin, NAME).await;
        }
        self.admin.close().await;
        if let Some(server) = self.server {
            server.stop().await;
        }
    }
}
