//! A PostgreSQL of our own that is gone with the value.

use std::path::{Path, PathBuf};

use hip_launcher::{Durability, PostgresOptions, PrivatePostgres};

/// The server. Dropped in this order: first it ends, then its data goes.
pub(crate) struct ScratchServer {
    postgres: PrivatePostgres,
    folder: Folder,
}

/// A directory that goes with this value.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed lies in a directory that says what it is.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl ScratchServer {
    /// Starts one whose data lies in `folder`, which is made and removed.
    pub(crate) async fn start(folder: PathBuf, durability: Durability) -> anyhow::Result<Self> {
        let started = tokio::task::spawn_blocking(move || {
            let options = PostgresOptions { data_dir: folder.clone(), durability };
            let folder = Folder(folder);
            PrivatePostgres::start(options).map(|postgres| Self { postgres, folder })
        });
        Ok(started.await??)
    }

    /// Where its data lies.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder.0
    }

    /// The address of one of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        self.postgres.url(database)
    }

    /// Ends it.
    pub(crate) async fn stop(self) {
        // Stopping blocks.
        let _ = tokio::task::spawn_blocking(move || drop(self)).await;
    }
}
