//! Opens the log of an existing database: commands that read it create none.

use std::path::Path;

use anyhow::{Context, bail};
use hip_infra::postgres;
use hip_launcher::PrivatePostgres;
use sqlx::PgPool;

use super::{Database, private_data_dir, url_from_env};

/// A log for reading and appending.
pub(crate) struct OpenLog {
    database: Database,
    /// Connections with the service's role.
    pub(crate) pool: PgPool,
}

impl OpenLog {
    /// Opens the log in `DATABASE_URL`, or in the private PostgreSQL under `data_dir`, which is started for
    /// as long as this value exists.
    ///
    /// # Errors
    ///
    /// There is no log, or the database cannot be used.
    pub(crate) async fn open(data_dir: &Path, connection_count_max: u32) -> anyhow::Result<Self> {
        if !is_made(data_dir) {
            bail!(
                "there is no log in {}: set HIP_DATA_DIR to the directory of `hip serve`, or DATABASE_URL to its database",
                data_dir.display()
            );
        }
        let database = Database::open(data_dir).await?;
        let pool = Self::connect(&database, connection_count_max).await;
        match pool {
            Ok(pool) => Ok(Self { database, pool }),
            Err(error) => {
                database.close().await;
                Err(error)
            }
        }
    }

    async fn connect(database: &Database, connection_count_max: u32) -> anyhow::Result<PgPool> {
        let name = database.describe();
        if !postgres::has_log(database.url()).await.with_context(|| name.clone())? {
            bail!("there is no log in {name}: `hip migrate` makes one, and so does `hip serve`");
        }
        Ok(postgres::connect(database.url(), connection_count_max).await?)
    }

    /// URL with the service's role.
    pub(crate) fn url(&self) -> &str {
        self.database.url()
    }

    pub(crate) async fn close(self) {
        self.pool.close().await;
        self.database.close().await;
    }
}

/// Whether a database exists.
pub(crate) fn is_made(data_dir: &Path) -> bool {
    url_from_env().is_some() || PrivatePostgres::is_made(&private_data_dir(data_dir))
}
