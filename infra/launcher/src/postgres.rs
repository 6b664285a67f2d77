//! A PostgreSQL server of one's own.

mod binaries;
pub(crate) mod data_dir;
mod initdb;
pub(crate) mod options;
mod pid_file;
mod server;
pub(crate) mod wire;

use std::thread;
use std::time::{Duration, Instant};

use binaries::Binaries;
use data_dir::DataDir;
use options::Options;
use server::{Server, StartError};
use wire::{Session, USER, WireError};

use crate::error::LaunchError;
use crate::process::{POLL_INTERVAL, PORT_TRY_COUNT_MAX, free_port, refuse_production};

/// How long a server may take until it answers. Starting takes a tenth of a second; the rest is for
/// the recovery of a large log after a crash.
const READY_TIMEOUT: Duration = Duration::from_mins(1);

/// How long the remains of a killed server may hold on to the cluster.
const REMAINS_TIMEOUT: Duration = Duration::from_secs(10);

/// A private PostgreSQL server on the loopback interface.
///
/// Dropping it stops the server, unless it was running before: a server that outlived its launcher
/// is taken over as it is and left running.
///
/// ```no_run
/// use hip_launcher::{Durability, Options, PrivatePostgres, default_data_dir};
///
/// # fn main() -> Result<(), hip_launcher::LaunchError> {
/// let data_dir = default_data_dir("demo")?;
/// let postgres = PrivatePostgres::start(Options { data_dir, durability: Durability::Durable })?;
/// postgres.create_database("hip")?;
/// assert!(postgres.url("hip").starts_with("postgres://hip@127.0.0.1:"));
/// postgres.stop()
/// # }
/// ```
#[derive(Debug)]
pub struct PrivatePostgres {
    port: u16,
    /// The server that we started and shall stop; nothing when it was running before.
    server: Option<Server>,
}

impl PrivatePostgres {
    /// Starts a server on the data of `options`, or takes over the one at work there.
    ///
    /// Makes directory and cluster when they are missing. Returns once the server answers: within a
    /// second on a new directory, a tenth of it on an old one, up to a minute after a crash. Two
    /// calls for one directory, in one process or in two, take turns; the second one reuses.
    ///
    /// The port is a new one at every start, so keep the URL no longer than this value.
    pub fn start(options: Options) -> Result<Self, LaunchError> {
        let Options { data_dir, durability } = options;
        refuse_production()?;
        let data_dir = DataDir::prepare(&data_dir)?;
        let _turn = data_dir.lock()?;
        if let Some(port) = reuse(&data_dir)? {
            return Ok(Self { port, server: None });
        }
        let cluster_version = data_dir.cluster_version();
        let binaries = Binaries::find(cluster_version.as_deref())?;
        server::keep_old_log(&data_dir)?;
        match cluster_version {
            None => initdb::make_cluster(&binaries, &data_dir, durability)?,
            Some(made_by) => check_version(&binaries, &data_dir, made_by)?,
        }
        pid_file::remove_stale(&data_dir.cluster())
            .map_err(LaunchError::io("clear", &data_dir.cluster()))?;
        let begun_at = Instant::now();
        let mut ports_tried = 0;
        loop {
            let port = free_port()?;
            match Server::start(&binaries, &data_dir, durability, port, READY_TIMEOUT) {
                Ok(server) => {
                    return Ok(Self { port, server: Some(server) });
                }
                Err(StartError::PortTaken(error)) => {
                    ports_tried += 1;
                    if ports_tried == PORT_TRY_COUNT_MAX {
                        return Err(error);
                    }
                }
                Err(StartError::RemainsOfAnother(error)) => {
                    if begun_at.elapsed() > REMAINS_TIMEOUT {
                        return Err(error);
                    }
                    thread::sleep(POLL_INTERVAL * 10);
                }
                Err(StartError::Other(error)) => return Err(error),
            }
        }
    }

    /// Where a driver finds `database`: `postgres://hip@127.0.0.1:<port>/<database>`.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{database}", self.port)
    }

    /// The port that the server listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the server was running already; then it is left running.
    pub fn was_running(&self) -> bool {
        self.server.is_none()
    }

    /// Creates an empty database; one that exists is good too.
    ///
    /// # Errors
    ///
    /// [`LaunchError::DatabaseName`] unless the name is `[a-z_][a-z0-9_]*` of at most 63 bytes, and
    /// [`LaunchError::Database`] when the server is gone or refuses.
    pub fn create_database(&self, name: &str) -> Result<(), LaunchError> {
        if !is_plain_name(name) {
            return Err(LaunchError::DatabaseName(name.to_owned()));
        }
        // template0 has no visitors, who would make the server refuse to copy it.
        let statement = format!("CREATE DATABASE \"{name}\" TEMPLATE template0");
        match Session::open(self.port, "postgres").and_then(|mut it| it.execute(&statement)) {
            Ok(()) => Ok(()),
            // It exists, or somebody else creates it in this moment.
            Err(WireError::Refused { sqlstate, .. })
                if ["42P04", "23505"].contains(&&*sqlstate) =>
            {
                Ok(())
            }
            Err(error) => Err(LaunchError::Database(error)),
        }
    }

    /// Stops the server if we started it: connections are cut, commits are kept.
    ///
    /// Takes some 50 ms; a server that has not ended after ten seconds is killed.
    pub fn stop(mut self) -> Result<(), LaunchError> {
        self.server.take().map_or(Ok(()), |mut server| server.stop())
    }
}

/// The port of a server that is at work on this data, once it answers.
fn reuse(data_dir: &DataDir) -> Result<Option<u16>, LaunchError> {
    let begun_at = Instant::now();
    while let Some(running) = pid_file::running(&data_dir.cluster()) {
        if running.is_ready && answers(running.port) {
            return Ok(Some(running.port));
        }
        // Starting, or stopping: then it is soon gone.
        if begun_at.elapsed() > READY_TIMEOUT {
            return Err(LaunchError::NotReady { waited: READY_TIMEOUT, log: data_dir.log() });
        }
        thread::sleep(POLL_INTERVAL);
    }
    Ok(None)
}

fn answers(port: u16) -> bool {
    Session::open(port, "postgres").is_ok()
}

fn check_version(
    binaries: &Binaries,
    data_dir: &DataDir,
    made_by: String,
) -> Result<(), LaunchError> {
    match binaries.version() {
        Some(installed) if installed != made_by => {
            Err(LaunchError::OtherVersion { cluster: data_dir.cluster(), made_by, installed })
        }
        // A server that does not tell its version will refuse by itself.
        Some(_) | None => Ok(()),
    }
}

fn is_plain_name(name: &str) -> bool {
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    starts_well && name.len() <= 63 && name.chars().all(is_plain)
}
