//! The server process: its start, the wait until it answers, its end.

use std::env;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::binaries::Binaries;
use super::data_dir::DataDir;
use super::error::LaunchError;
use super::options::Durability;
use super::{POLL_INTERVAL, answers, last_words, pid_file};

/// How long a server may take to end before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Settings of every server of ours.
///
/// No socket directory: its path could be too long, and the system's own is not for everybody. The
/// log is kept free of the values in a row: they may be personal.
const SETTINGS: [&str; 6] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=200",
    "shared_buffers=64MB",
    "log_error_verbosity=terse",
    "log_min_error_statement=panic",
];

/// Environment variables that the server's programs are given; no other, so that no secret of ours
/// shows in their environment and no `PG…` variable of the user changes what they do.
const INHERITED_VARIABLES: [&str; 3] = ["PATH", "LD_LIBRARY_PATH", "TZ"];

/// A server that we started. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    program: PathBuf,
}

/// Why a server did not start, and so whether another try is worth it.
#[derive(Debug)]
pub(crate) enum StartError {
    /// Between finding the port and using it, another program took it.
    PortTaken(LaunchError),
    /// Processes of a server that was killed still hold its memory; they are about to end.
    RemainsOfAnother(LaunchError),
    Other(LaunchError),
}

impl Server {
    /// Starts `postgres` and returns when it answers on `port`.
    pub(crate) fn start(
        binaries: &Binaries,
        data_dir: &DataDir,
        durability: Durability,
        port: u16,
        ready_timeout: Duration,
    ) -> Result<Self, StartError> {
        let log = data_dir.log();
        let log_start = fs::metadata(&log).map_or(0, |metadata| metadata.len());
        let mut command = command(binaries, "postgres", data_dir, &data_dir.cluster())
            .map_err(StartError::Other)?;
        command.arg("-D").arg(data_dir.cluster()).arg("-c").arg(format!("port={port}"));
        for setting in SETTINGS.iter().chain(durability.server_settings()) {
            command.args(["-c", setting]);
        }
        let program = binaries.program("postgres");
        let child = command
            .spawn()
            .map_err(|error| StartError::Other(LaunchError::io("run", &program)(error)))?;
        let mut server = Self { child, program };
        let begun_at = Instant::now();
        // Its own file says that it is this process that answers on the port.
        while !server.says_ready(data_dir) || !answers(port) {
            if server.has_ended().map_err(StartError::Other)? {
                return Err(why_ended(&log, log_start));
            }
            if begun_at.elapsed() > ready_timeout {
                let error = LaunchError::NotReady { waited: ready_timeout, log };
                return Err(StartError::Other(error)); // dropped, and so stopped
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(server)
    }

    /// Asks the server to end, waits, and kills it if it does not.
    pub(crate) fn stop(&mut self) -> Result<(), LaunchError> {
        let begun_at = Instant::now();
        let mut is_asked = false;
        while !self.has_ended()? {
            if begun_at.elapsed() > STOP_TIMEOUT {
                self.child.kill().map_err(LaunchError::io("kill", &self.program))?;
                self.child.wait().map_err(LaunchError::io("wait for", &self.program))?;
                break;
            }
            if !is_asked {
                // "Fast shutdown": cuts connections and writes everything down. It cannot hit a
                // stranger: a child keeps its number until it has been waited for.
                kill_process(Pid::from_child(&self.child), Signal::INT)
                    .map_err(|error| LaunchError::io("stop", &self.program)(error.into()))?;
                is_asked = true;
            }
            thread::sleep(POLL_INTERVAL / 4);
        }
        Ok(())
    }

    fn says_ready(&self, data_dir: &DataDir) -> bool {
        pid_file::running(&data_dir.cluster())
            .is_some_and(|it| it.pid == Pid::from_child(&self.child) && it.is_ready)
    }

    fn has_ended(&mut self) -> Result<bool, LaunchError> {
        let status = self.child.try_wait().map_err(LaunchError::io("wait for", &self.program))?;
        Ok(status.is_some())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody is left to be told, and there is nothing further to try.
        let _ = self.stop();
    }
}

/// One of the server's programs, as the account that runs it, in a directory that this account may
/// enter, writing to the log, and in a process group of its own: Ctrl-C on the terminal reaches us,
/// and we stop it.
pub(crate) fn command(
    binaries: &Binaries,
    program: &str,
    data_dir: &DataDir,
    directory: &Path,
) -> Result<Command, LaunchError> {
    let path = data_dir.log();
    let log = File::options().create(true).append(true).mode(0o600).open(&path);
    let log = log.map_err(LaunchError::io("open", &path))?;
    let second_log = log.try_clone().map_err(LaunchError::io("open", &path))?;
    let mut command = Command::new(binaries.program(program));
    command
        .current_dir(directory)
        .env_clear()
        .envs(INHERITED_VARIABLES.iter().filter_map(|name| Some((name, env::var_os(name)?))))
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(second_log)
        .process_group(0);
    if let Some(account) = &data_dir.runs_as {
        command.uid(account.uid).gid(account.gid);
    }
    Ok(command)
}

/// A port that is free now. Another program may take it before the server does.
pub(crate) fn free_port() -> Result<u16, LaunchError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(LaunchError::io("find a free port on", Path::new("127.0.0.1")))
}

/// Puts the log of the run before aside; the one before that is forgotten.
pub(crate) fn keep_old_log(data_dir: &DataDir) -> Result<(), LaunchError> {
    let log = data_dir.log();
    match fs::rename(&log, log.with_added_extension("1")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(LaunchError::io("rename", &log)(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What has been added to the log after its first `from` bytes; nothing when it cannot be read.
pub(crate) fn written_since(log: &Path, from: u64) -> String {
    let mut bytes = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        file.seek(SeekFrom::Start(from))?;
        file.read_to_end(&mut bytes)
    });
    read.map_or_else(|_| String::new(), |_| String::from_utf8_lossy(&bytes).into_owned())
}

fn why_ended(log: &Path, log_start: u64) -> StartError {
    let said = written_since(log, log_start);
    let error = LaunchError::Ended {
        program: "postgres",
        said: last_words(log, log_start),
        log: log.to_owned(),
    };
    if said.contains("Address already in use") {
        StartError::PortTaken(error)
    } else if said.contains("is still in use") {
        StartError::RemainsOfAnother(error)
    } else {
        StartError::Other(error)
    }
}
