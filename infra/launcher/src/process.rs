//! A server as a process: how it is spawned, where it listens, what it said last.

use std::env;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::account::Account;
use crate::error::LaunchError;

/// How often a start is tried when somebody else takes the port in between.
pub(crate) const PORT_TRY_COUNT_MAX: u32 = 3;

/// How long to wait between two looks at something that should change soon.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// Environment variables that the server's programs are given; no other, so that no secret of ours
/// shows in their environment and no `PG…` variable of the user changes what they do.
const INHERITED_VARIABLES: [&str; 3] = ["PATH", "LD_LIBRARY_PATH", "TZ"];

/// Nobody looks after servers of ours: they have no backups, and those for tests let everybody in.
pub(crate) fn refuse_production() -> Result<(), LaunchError> {
    if env::var_os("HIP_ENV").is_some_and(|environment| environment == "production") {
        return Err(LaunchError::Production);
    }
    Ok(())
}

/// One of a server's programs, as the account that runs it, in a directory that this account may
/// enter, writing to the log, and in a process group of its own: Ctrl-C on the terminal reaches us,
/// and we stop it.
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

/// A port that is free now. Another program may take it before the server does.
pub(crate) fn free_port() -> Result<u16, LaunchError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(LaunchError::io("find a free port on", Path::new("127.0.0.1")))
}

/// A program along a path such as `PATH`.
pub(crate) fn find_program(name: &str, path: &OsStr) -> Option<PathBuf> {
    env::split_paths(path).map(|directory| directory.join(name)).find(|program| program.is_file())
}

/// Whether a server ended because another program took its port in between.
pub(crate) fn says_port_taken(said: &str) -> bool {
    said.contains("Address already in use")
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

/// The end of a log, on one line, for an error message.
pub(crate) fn last_words(log: &Path, from: u64) -> String {
    let said = written_since(log, from);
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(3)..].join(" · ")
}
