//! The process of a server: how to spawn it, find a port for it and read its log.

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::account::Account;
use crate::error::LaunchError;

/// How often a start is tried if another program takes the port.
pub(crate) const PORT_TRY_COUNT_MAX: u32 = 3;

/// Time between two checks of a state that should change soon.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Environment variables that the server's programs inherit.
///
/// They inherit no other, so that their environment contains no secret of ours, and no `PG…` variable of
/// the user changes what they do.
const INHERITED_VARIABLES: [&str; 3] = ["PATH", "LD_LIBRARY_PATH", "TZ"];

/// Refuses to start a server in production.
///
/// These servers have no backups and no operator, and those for tests accept every user.
pub(crate) fn refuse_production() -> Result<(), LaunchError> {
    if env::var_os("HIP_ENV").is_some_and(|environment| environment == "production") {
        return Err(LaunchError::Production);
    }
    Ok(())
}

/// Builds the command for one of a server's programs.
///
/// It runs as the given account, in a directory that this account may enter, and appends its output to the
/// log. It has a process group of its own: Ctrl-C on the terminal reaches only this process, which then
/// stops the server.
pub(crate) fn command(
    program: &Path,
    log: &Path,
    directory: &Path,
    runs_as: Option<&Account>,
) -> Result<Command, LaunchError> {
    let file = File::options().create(true).append(true).mode(0o600).open(log);
    let file = file.map_err(LaunchError::io("open", log))?;
    let second_file = file.try_clone().map_err(LaunchError::io("open", log))?;
    let mut command = Command::new(program);
    command
        .current_dir(directory)
        .env_clear()
        .envs(INHERITED_VARIABLES.iter().filter_map(|name| Some((name, env::var_os(name)?))))
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .stdout(file)
        .stderr(second_file)
        .process_group(0);
    if let Some(account) = runs_as {
        command.uid(account.uid).gid(account.gid);
    }
    Ok(command)
}

/// Ports that the system does not give to outgoing connections: those begin at 32768 on Linux.
const PORTS: Range<u16> = 10_000..32_000;

/// Finds a port on loopback that is free now. A connection that is opened meanwhile does not take it, and no other
/// call in this process returns it soon; another program may take it.
///
/// # Errors
///
/// [`LaunchError::Io`] if none is free.
pub fn free_port() -> Result<u16, LaunchError> {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    // Processes that start at once have ids that are close: they begin far apart.
    let begin = process::id().wrapping_mul(7_919);
    for _ in PORTS {
        let place = begin.wrapping_add(CALLS.fetch_add(1, Ordering::Relaxed))
            % u32::from(PORTS.end - PORTS.start);
        let port = PORTS.start + u16::try_from(place).unwrap_or_default();
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    let none = io::Error::from(io::ErrorKind::AddrInUse);
    Err(LaunchError::io("find a free port on", Path::new("127.0.0.1"))(none))
}

/// Finds a program on a path such as `PATH`.
pub(crate) fn find_program(name: &str, path: &OsStr) -> Option<PathBuf> {
    env::split_paths(path).map(|directory| directory.join(name)).find(|program| program.is_file())
}

/// Whether the output of a server says that another program has taken its port.
pub(crate) fn says_port_taken(said: &str) -> bool {
    said.contains("Address already in use")
}

/// Returns the log after its first `from` bytes. Empty if it cannot be read.
pub(crate) fn written_since(log: &Path, from: u64) -> String {
    let mut bytes = Vec::new();
    let read = File::open(log).and_then(|mut file| {
        file.seek(SeekFrom::Start(from))?;
        file.read_to_end(&mut bytes)
    });
    read.map_or_else(|_| String::new(), |_| String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns the last three lines of a log, joined to one, for an error message.
pub(crate) fn last_words(log: &Path, from: u64) -> String {
    let said = written_since(log, from);
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(3)..].join(" · ")
}
