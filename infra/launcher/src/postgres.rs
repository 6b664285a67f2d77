//! A private PostgreSQL server.

mod access;
pub(crate) mod binaries;
pub(crate) mod data_dir;
mod initdb;
mod login;
mod open_server;
pub(crate) mod options;
mod password;
mod pid_file;
mod server;
mod socket_dir;
mod url;
mod wire;
pub(crate) mod wire_error;

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use binaries::Binaries;
use data_dir::DataDir;
use options::PostgresOptions;
use password::Password;
use server::{Server, StartError};
use socket_dir::Socket;
use wire::{Session, USER};
use wire_error::WireError;

use rustix::process::{Pid, test_kill_process};

use crate::error::LaunchError;
use crate::process::{POLL_INTERVAL, PORT_TRY_COUNT_MAX, free_port, refuse_production};

/// Time limit for a server to answer.
///
/// A start takes about 0.1 s. The rest is for the recovery of a large log after a crash.
const READY_TIMEOUT: Duration = Duration::from_mins(1);

/// How long processes of a killed server may still use the cluster before the start fails.
const REMAINS_TIMEOUT: Duration = Duration::from_secs(10);

/// A private PostgreSQL server for one user of the machine.
///
/// Only the user who started it, and root, can log in: over a Unix socket in a directory that no other user
/// may enter, with a random password from a file.
///
/// Dropping the value stops the server, unless it was already running: a server that outlived its launcher
/// is reused as it is and left running.
///
/// ```no_run
/// use hip_launcher::{Durability, PostgresOptions, PrivatePostgres, default_data_dir};
///
/// # fn main() -> Result<(), hip_launcher::LaunchError> {
/// let data_dir = default_data_dir("demo")?;
/// let postgres = PrivatePostgres::start(PostgresOptions { data_dir, durability: Durability::Durable })?;
/// postgres.create_database("hip")?;
/// assert!(postgres.url("hip").starts_with("postgres://hip:"));
/// postgres.stop()
/// # }
/// ```
#[derive(Debug)]
pub struct PrivatePostgres {
    data_dir: DataDir,
    socket: Socket,
    is_on_loopback: bool,
    owner: Password,
    /// The server that this value started and must stop. `None` if it was already running.
    server: Option<Server>,
    /// Process id of a server that was already running. `None` if this value started it.
    reused: Option<Pid>,
    was_open: bool,
}

impl PrivatePostgres {
    /// Starts a server on the data of `options`, or reuses the one that runs there.
    ///
    /// Creates directory and cluster if they are missing. Returns when the server answers: within 2 s on a
    /// new directory, 0.1 s on an existing one, up to 1 min after a crash. Two calls for one directory, in
    /// one process or in two, run one after the other; the second one reuses the server.
    ///
    /// A cluster of an earlier version of this crate accepts every local user. It is secured first;
    /// [`Self::was_open`] reports this.
    pub fn start(options: PostgresOptions) -> Result<Self, LaunchError> {
        Self::start_listening(options, false)
    }

    /// Like [`Self::start`], but the server also listens on a free port of the loopback interface.
    ///
    /// For tests and tools that cannot use a socket. The password is required there too.
    pub fn start_on_loopback(options: PostgresOptions) -> Result<Self, LaunchError> {
        Self::start_listening(options, true)
    }

    fn start_listening(
        options: PostgresOptions,
        is_on_loopback: bool,
    ) -> Result<Self, LaunchError> {
        let PostgresOptions { data_dir, durability } = options;
        refuse_production()?;
        let data_dir = DataDir::prepare(&data_dir)?;
        let _turn = data_dir.lock()?;
        if let Some((running, owner)) = reuse(&data_dir)? {
            let Reused { pid, socket, is_on_loopback } = running;
            return Ok(Self {
                data_dir,
                socket,
                is_on_loopback,
                owner,
                server: None,
                reused: Some(pid),
                was_open: false,
            });
        }
        let cluster_version = data_dir.cluster_version();
        let binaries = Binaries::find(cluster_version.as_deref())?;
        server::keep_old_log(&data_dir)?;
        let is_new = cluster_version.is_none();
        match cluster_version {
            None => initdb::make_cluster(&binaries, &data_dir, durability)?,
            Some(made_by) => check_version(&binaries, &data_dir, made_by)?,
        }
        pid_file::remove_stale(&data_dir.cluster())
            .map_err(LaunchError::io("clear", &data_dir.cluster()))?;
        let was_open = !is_new && !access::is_secure(&data_dir);
        let begun_at = Instant::now();
        let mut ports_tried = 0;
        let (owner, server) = loop {
            let port = if is_on_loopback { Some(free_port()?) } else { None };
            match start_server(&binaries, &data_dir, durability, port) {
                Ok(started) => break started,
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
        };
        let socket = server.socket();
        Ok(Self {
            data_dir,
            socket,
            is_on_loopback,
            owner,
            server: Some(server),
            reused: None,
            was_open,
        })
    }

    /// Whether this directory contains a cluster. Changes nothing.
    pub fn is_made(data_dir: &Path) -> bool {
        data_dir::cluster_in(data_dir).is_dir()
    }

    /// The server's URL for a driver, for the owner, who has all rights: `postgres://hip:…@…`.
    ///
    /// It contains the password. The host is the directory of the socket, or 127.0.0.1 if the server
    /// listens there.
    pub fn url(&self, database: &str) -> String {
        self.url_of(USER, &self.owner, database)
    }

    fn url_of(&self, user: &str, password: &Password, database: &str) -> String {
        if self.is_on_loopback {
            url::of_port(user, password, self.socket.port, database)
        } else {
            url::of_socket(user, password, &self.socket, database)
        }
    }

    /// The data directory as a canonical path.
    pub fn data_dir(&self) -> &Path {
        self.data_dir.path()
    }

    /// Whether the server was already running. If so, it is left running.
    pub fn was_running(&self) -> bool {
        self.server.is_none()
    }

    /// Whether the server still runs. It may have been killed, by a user or for lack of memory.
    pub fn is_at_work(&self) -> bool {
        match (&self.server, self.reused) {
            (Some(server), _) => server.is_at_work(),
            (None, Some(pid)) => test_kill_process(pid).is_ok(),
            (None, None) => false,
        }
    }

    /// Whether the cluster accepted every local user until this start.
    pub fn was_open(&self) -> bool {
        self.was_open
    }

    /// Creates an empty database. Succeeds if it already exists.
    ///
    /// # Errors
    ///
    /// [`LaunchError::Name`] if the name does not match `[a-z_][a-z0-9_]*` or has more than 63 bytes, and
    /// [`LaunchError::Database`] if the server cannot be reached or refuses.
    pub fn create_database(&self, name: &str) -> Result<(), LaunchError> {
        check_name(name)?;
        // No client connects to template0. PostgreSQL refuses to copy a template that is in use.
        let statement = format!("CREATE DATABASE \"{name}\" TEMPLATE template0");
        match self.session().and_then(|mut session| session.execute(&statement)) {
            Ok(()) => Ok(()),
            // It already exists, or another client creates it at the same time.
            Err(WireError::Refused { sqlstate, .. })
                if ["42P04", "23505"].contains(&&*sqlstate) =>
            {
                Ok(())
            }
            Err(error) => Err(LaunchError::Database(error)),
        }
    }

    /// Stops the server if this value started it. Closes connections and keeps commits.
    ///
    /// Takes about 50 ms. A server that has not ended after 10 s is killed.
    pub fn stop(mut self) -> Result<(), LaunchError> {
        self.server.take().map_or(Ok(()), |mut server| server.stop())
    }

    /// Opens a connection as the owner.
    fn session(&self) -> Result<Session, WireError> {
        Session::open(&self.socket, USER, &self.owner, "postgres")
    }
}

/// Makes the cluster require passwords, then starts its server.
fn start_server(
    binaries: &Binaries,
    data_dir: &DataDir,
    durability: options::Durability,
    port: Option<u16>,
) -> Result<(Password, Server), StartError> {
    let owner = access::secure(binaries, data_dir)?;
    let server = Server::start(binaries, data_dir, durability, &owner, port, READY_TIMEOUT)?;
    Ok((owner, server))
}

/// A running server, and how to connect to it.
struct Reused {
    pid: Pid,
    socket: Socket,
    is_on_loopback: bool,
}

/// Returns the server that runs on this data, and its owner's password, when it answers.
///
/// `None` if no server runs. A server of an earlier version is stopped, unless it is in use.
fn reuse(data_dir: &DataDir) -> Result<Option<(Reused, Password)>, LaunchError> {
    let begun_at = Instant::now();
    while let Some(running) = pid_file::running(&data_dir.cluster()) {
        if running.is_ready {
            match running.socket {
                None => open_server::stop(running.pid, running.port, &data_dir.cluster())?,
                Some(socket) => {
                    let owner = owner_of_running(data_dir)?;
                    if answers(&socket, &owner) {
                        let is_on_loopback = running.is_on_loopback;
                        let pid = running.pid;
                        return Ok(Some((Reused { pid, socket, is_on_loopback }, owner)));
                    }
                }
            }
        }
        // It is starting, or it is stopping and will soon be gone.
        if begun_at.elapsed() > READY_TIMEOUT {
            return Err(LaunchError::NotReady { waited: READY_TIMEOUT, log: data_dir.log() });
        }
        thread::sleep(POLL_INTERVAL);
    }
    Ok(None)
}

/// Returns the owner's password of a running server.
///
/// A missing file is an error: without it, no login is possible until the server is started again.
fn owner_of_running(data_dir: &DataDir) -> Result<Password, LaunchError> {
    let path = data_dir.owner_password();
    Password::read(&path)?
        .ok_or_else(|| LaunchError::io("read", &path)(std::io::ErrorKind::NotFound.into()))
}

fn answers(socket: &Socket, owner: &Password) -> bool {
    Session::open(socket, USER, owner, "postgres").is_ok()
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
        // If the version is unknown, the server itself refuses a cluster of another version.
        Some(_) | None => Ok(()),
    }
}

/// Accepts only a name that needs no quoting.
fn check_name(name: &str) -> Result<(), LaunchError> {
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if starts_well && name.len() <= 63 && name.chars().all(is_plain) {
        Ok(())
    } else {
        Err(LaunchError::Name(name.to_owned()))
    }
}

#[cfg(test)]
mod tests;
