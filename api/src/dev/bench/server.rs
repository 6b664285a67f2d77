//! The measured server: a private one on disk, removed at the end, or the one of `--url`.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use hip_infra::postgres::{self, scratch_database};
use hip_launcher::Durability;
use sqlx::PgPool;
use url::Url;

use super::machine::Machine;
use crate::dev::scratch_server::ScratchServer;
use crate::output::print_line;

/// Databases that are created for the run and dropped at its end.
const DATABASES: [&str; 3] = ["hip_bench_own", "hip_bench_reference", "hip_bench_ceiling"];

/// Magic number of a file system in memory, on which a commit costs nothing.
const TMPFS: i64 = 0x0102_1994;

/// A server with three empty databases, one for each compared system.
pub(super) struct Server {
    /// Connections to the maintenance database.
    pub(super) admin: PgPool,
    pub(super) own: String,
    pub(super) reference: String,
    pub(super) ceiling: String,
    /// Version that the server reports.
    pub(super) version: String,
    private: Option<ScratchServer>,
}

impl Server {
    /// Connects to the server at `url`, or starts a private one in `data_dir`.
    pub(super) async fn open(url: Option<Url>, data_dir: &Path) -> anyhow::Result<Self> {
        let (url, private) = if let Some(url) = url {
            (url, None)
        } else {
            let folder = data_dir.join(format!("bench-{}", std::process::id()));
            let private = start(folder).await?;
            (Url::parse(&private.url("postgres"))?, Some(private))
        };
        let admin = PgPool::connect(url.as_str()).await.context("the server cannot be reached")?;
        for name in DATABASES {
            scratch_database::create(&admin, name).await.context("a database cannot be made")?;
        }
        let [own, reference, ceiling] = DATABASES.map(|name| {
            let mut url = url.clone();
            url.set_path(name);
            String::from(url)
        });
        postgres::migrate(&own).await?;
        let version = sqlx::query_scalar("SHOW server_version").fetch_one(&admin).await?;
        Ok(Self { admin, own, reference, ceiling, version, private })
    }

    pub(super) fn describe(&self) -> String {
        let whose = if self.private.is_some() { "a private server, durable" } else { "--url" };
        format!("PostgreSQL {} ({whose})", self.version)
    }

    /// Requests a checkpoint now, so that the next one is later. Without the permission, nothing happens.
    pub(super) async fn checkpoint(&self) {
        let _ = sqlx::query("CHECKPOINT").execute(&self.admin).await;
    }

    /// Drops the databases, or stops and removes the private server.
    pub(super) async fn close(self) {
        if self.private.is_none() {
            for name in DATABASES {
                let _ = scratch_database::remove(&self.admin, name).await;
            }
        }
        self.admin.close().await;
        if let Some(private) = self.private {
            private.stop().await;
        }
    }
}

/// Measures on the server of `url`, or on a private one. Says on what, unless the report is JSON.
pub(super) async fn measured<T>(
    url: Option<Url>,
    data_dir: &Path,
    json: bool,
    measure: impl AsyncFnOnce(&Server) -> anyhow::Result<T>,
) -> anyhow::Result<Measured<T>> {
    let mut machine = Machine::look();
    let server = Server::open(url, data_dir).await?;
    if !json {
        print_line(&format!("On {}; {}.", machine.describe(), server.describe()));
    }
    let figures = measure(&server).await;
    let version = server.version.clone();
    server.close().await;
    machine.look_again();
    Ok(Measured { machine, version, figures: figures? })
}

/// Figures, and on what they were measured.
pub(super) struct Measured<T> {
    pub(super) machine: Machine,
    /// Version of the database server.
    pub(super) version: String,
    pub(super) figures: T,
}

async fn start(folder: PathBuf) -> anyhow::Result<ScratchServer> {
    let server = ScratchServer::start(folder, Durability::Durable).await.context(
        "no private server; --url names another, whose databases hip_bench_… it replaces",
    )?;
    if rustix::fs::statfs(server.folder())?.f_type == TMPFS {
        bail!("{} lies in memory; choose a --data-dir on disk", server.folder().display());
    }
    Ok(server)
}
