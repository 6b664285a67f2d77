//! A PostgreSQL server of one's own.

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

/// How long a server may take until it answers. Starting takes a tenth of a second; the rest is for
/// the recovery of a large log after a crash.
const READY_TIMEOUT: Duration = Duration::from_mins(1);

/// How long the remains of a killed server may hold on to the cluster.
const REMAINS_TIMEOUT: Duration = Duration::from_secs(10);

/// A private PostgreSQL server. Only the user who started it, and root, can log in: over a Unix socket
/// in a directory that nobody else may enter, with a random password from a file.
///
/// Dropping it stops the server, unless it was running before: a server that outlived its launcher
/// is taken over as it is and left running.
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
    /// The server that we started and shall stop; nothing when it was running before.
    server: Option<Server>,
    /// The one that was running before.
    reused: Option<Pid>,
    was_open: bool,
}

impl PrivatePostgres {
    /// Starts a server on the data of `options`, or takes over the one at work there.
    ///
    /// Makes directory and cluster when they are missing. Returns once the server answers: within two
    /// seconds on a new directory, a tenth of a second on an old one, up to a minute after a crash. Two
    /// calls for one directory, in one process or in two, take turns; the second one reuses.
    ///
    /// A cluster of an earlier version, which lets in every local user, is brought to the present form
    /// first; [`Self::was_open`] tells.
    pub fn start(options: PostgresOptions) -> Result<Self, LaunchError> {
        Self::start_listening(options, false)
    }

    /// The same, and it listens on a free port of the loopback interface, too, for tests and tools that
    /// cannot use a socket. The password is wanted there, as well.
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

    /// Whether a cluster was made in this directory. Nothing is changed.
    pub fn is_made(data_dir: &Path) -> bool {
        data_dir::cluster_in(data_dir).is_dir()
    }

    /// Where a driver finds `database`, as the owner, who may do everything: `postgres://hip:…@…`. It
    /// holds the password. The host is the directory of the socket, or 127.0.0.1 when the server listens
    /// there.
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

    /// The directory that was asked for, as the system knows it.
    pub fn data_dir(&self) -> &Path {
        self.data_dir.path()
    }

    /// Whether the server was running already; then it is left running.
    pub fn was_running(&self) -> bool {
        self.server.is_none()
    }

    /// Whether the server is still at work: it may have been killed, for want of memory or by hand.
    pub fn is_at_work(&self) -> bool {
        match (&self.server, self.reused) {
            (Some(server), _) => server.is_at_work(),
            (None, Some(pid)) => test_kill_process(pid).is_ok(),
            (None, None) => false,
        }
    }

    /// Whether the cluster let in every local user until this start.
    pub fn was_open(&self) -> bool {
        self.was_open
    }

    /// Creates an empty database; one that exists is good too.
    ///
    /// # Errors
    ///
    /// [`LaunchError::Name`] unless the name is `[a-z_][a-z0-9_]*` of at most 63 bytes, and
    /// [`LaunchError::Database`] when the server is gone or refuses.
    pub fn create_database(&self, name: &str) -> Result<(), LaunchError> {
        check_name(name)?;
        // template0 has no visitors, who would make the server refuse to copy it.
        let statement = format!("CREATE DATABASE \"{name}\" TEMPLATE template0");
        match self.session().and_then(|mut session| session.execute(&statement)) {
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

    /// A connection as the owner.
    fn session(&self) -> Result<Session, WireError> {
        Session::open(&self.socket, USER, &self.owner, "postgres")
    }
}

/// Has the cluster want passwords, and starts its server.
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

/// How a server that is at work is reached.
struct Reused {
    pid: Pid,
    socket: Socket,
    is_on_loopback: bool,
}

/// The server that is at work on this data, and its owner's password, once it answers. A server of an
/// earlier version is stopped, unless it is in use.
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
        // Starting, or stopping: then it is soon gone.
        if begun_at.elapsed() > READY_TIMEOUT {
            return Err(LaunchError::NotReady { waited: READY_TIMEOUT, log: data_dir.log() });
        }
        thread::sleep(POLL_INTERVAL);
    }
    Ok(None)
}

/// Without the file nobody can log in any more until the server has been started anew.
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
        // A server that does not tell its version will refuse by itself.
        Some(_) | None => Ok(()),
    }
}

/// A name that needs no quoting anywhere.
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
