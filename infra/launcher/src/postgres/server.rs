//! The server process: its start, the wait until it answers, its end.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use super::binaries::Binaries;
use super::data_dir::DataDir;
use super::options::Durability;
use super::password::Password;
use super::socket_dir::{Socket, SocketDir, USUAL_PORT};
use super::{answers, pid_file};
use crate::error::LaunchError;
use crate::process::{POLL_INTERVAL, command, last_words, says_port_taken, written_since};

/// How long a server may take to end before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// Settings of every private server. They keep values of rows out of the log, because these may be personal
/// data.
const SETTINGS: [&str; 5] = [
    "unix_socket_permissions=0700",
    "max_connections=200",
    "shared_buffers=64MB",
    "log_error_verbosity=terse",
    "log_min_error_statement=panic",
];

/// A server that this process started. Dropping the value stops the server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    program: PathBuf,
    socket_dir: SocketDir,
    port: u16,
}

/// Why a server did not start. The variant tells whether to try again.
#[derive(Debug)]
pub(crate) enum StartError {
    /// Another program took the port after it was found free.
    PortTaken(LaunchError),
    /// Processes of a killed server still use its memory. They will end soon.
    RemainsOfAnother(LaunchError),
    Other(LaunchError),
}

impl Server {
    /// Starts `postgres` and returns when its owner can log in.
    ///
    /// If `port` is given, the server also listens on this port of the loopback interface.
    pub(crate) fn start(
        binaries: &Binaries,
        data_dir: &DataDir,
        durability: Durability,
        owner: &Password,
        port: Option<u16>,
        ready_timeout: Duration,
    ) -> Result<Self, StartError> {
        let socket_dir = SocketDir::prepare(data_dir).map_err(StartError::Other)?;
        let log = data_dir.log();
        let log_start = fs::metadata(&log).map_or(0, |metadata| metadata.len());
        let program = binaries.program("postgres");
        let mut command = command(&program, &log, &data_dir.cluster(), data_dir.runs_as.as_ref())
            .map_err(StartError::Other)?;
        command.arg("-D").arg(data_dir.cluster());
        let addresses =
            if port.is_some() { "listen_addresses=127.0.0.1" } else { "listen_addresses=" };
        let port = port.unwrap_or(USUAL_PORT);
        command.args(["-c", addresses]).arg("-c").arg(format!("port={port}"));
        command.arg("-c").arg(socket_setting(&socket_dir.path));
        for setting in SETTINGS.iter().chain(durability.server_settings()) {
            command.args(["-c", setting]);
        }
        let child = command
            .spawn()
            .map_err(|error| StartError::Other(LaunchError::io("run", &program)(error)))?;
        let mut server = Self { child, program, socket_dir, port };
        let begun_at = Instant::now();
        while !server.says_ready(data_dir) || !answers(&server.socket(), owner) {
            if server.has_ended().map_err(StartError::Other)? {
                return Err(why_ended(&log, log_start));
            }
            if begun_at.elapsed() > ready_timeout {
                let error = LaunchError::NotReady { waited: ready_timeout, log };
                return Err(StartError::Other(error)); // dropping the server stops it
            }
            thread::sleep(POLL_INTERVAL);
        }
        Ok(server)
    }

    pub(crate) fn socket(&self) -> Socket {
        Socket { directory: self.socket_dir.path.clone(), port: self.port }
    }

    /// Asks the server to end, waits, and kills it after 10 s.
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
                // "Fast shutdown": closes connections and writes all data. The signal cannot reach another
                // process, because a child keeps its id until it has been waited for.
                kill_process(Pid::from_child(&self.child), Signal::INT)
                    .map_err(|error| LaunchError::io("stop", &self.program)(error.into()))?;
                is_asked = true;
            }
            thread::sleep(POLL_INTERVAL / 4);
        }
        Ok(())
    }

    /// Whether the process still runs.
    ///
    /// Opens no file: if this process has no file descriptors left, the server must not be reported as
    /// ended.
    pub(crate) fn is_at_work(&self) -> bool {
        let pid = WaitId::Pid(Pid::from_child(&self.child));
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        // An error means that the process has already been waited for.
        matches!(waitid(pid, options), Ok(None))
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
        // The error cannot be returned here, and there is nothing else to try.
        let _ = self.stop();
    }
}

/// Renames the log of the previous run. An older log is overwritten.
pub(crate) fn keep_old_log(data_dir: &DataDir) -> Result<(), LaunchError> {
    let log = data_dir.log();
    match fs::rename(&log, log.with_added_extension("1")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(LaunchError::io("rename", &log)(error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Builds the setting of the socket directory. It is a list, in which a name may be in double quotes.
fn socket_setting(directory: &Path) -> OsString {
    let mut setting = b"unix_socket_directories=\"".to_vec();
    for byte in directory.as_os_str().as_bytes() {
        setting.extend(if *byte == b'"' { &b"\"\""[..] } else { std::slice::from_ref(byte) });
    }
    setting.push(b'"');
    OsString::from_vec(setting)
}

pub(super) fn why_ended(log: &Path, log_start: u64) -> StartError {
    let said = written_since(log, log_start);
    let error = LaunchError::Ended {
        program: "postgres",
        said: last_words(log, log_start),
        log: log.to_owned(),
    };
    if says_port_taken(&said) {
        StartError::PortTaken(error)
    } else if said.contains("is still in use") {
        StartError::RemainsOfAnother(error)
    } else {
        StartError::Other(error)
    }
}
