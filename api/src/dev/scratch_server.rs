//! A private PostgreSQL that is removed with the value.

use std::path::{Path, PathBuf};

use hip_launcher::{Durability, PostgresOptions, PrivatePostgres};

/// The server. Fields drop in this order: first it stops, then its data is removed.
pub(crate) struct ScratchServer {
    postgres: PrivatePostgres,
    folder: Folder,
}

/// A directory that is removed on drop.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // If the directory cannot be removed, its name tells what it was for.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl ScratchServer {
    /// Starts a server with its data in `folder`, which is created and removed.
    pub(crate) async fn start(folder: PathBuf, durability: Durability) -> anyhow::Result<Self> {
        let started = tokio::task::spawn_blocking(move || {
            let options = PostgresOptions { data_dir: folder.clone(), durability };
            let folder = Folder(folder);
            PrivatePostgres::start(options).map(|postgres| Self { postgres, folder })
        });
        Ok(started.await??)
    }

    /// The directory of the server's data.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder.0
    }

    /// URL of a database on this server.
    pub(crate) fn url(&self, database: &str) -> String {
        self.postgres.url(database)
    }

    /// Stops the server and removes its data.
    pub(crate) async fn stop(self) {
        // Stopping blocks, so it runs on a blocking thread.
        let _ = tokio::task::spawn_blocking(move || drop(self)).await;
    }
}
