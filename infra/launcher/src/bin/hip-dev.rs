//! `hip-dev with-servers -- CMD ARGS…`: runs a command with a throw-away PostgreSQL.
//!
//! The command finds the server in `HIP_TEST_PG`, a URL whose path names a database to connect to.
//! If the variable is set already, nothing is started. One server serves the whole command, however
//! many processes it starts; each test makes a database of its own in it.
//!
//! There are two processes. A *keeper* starts the server, watches its parent and, when that is gone
//! in whatever way, stops the server and removes its data. The parent turns itself into the command.
//! So signals reach the command itself, its exit status is the command's own, and even `kill -9`
//! leaves nothing behind. The server is gone a moment (some 100 ms) after the command.
//!
//! Exit status: the command's; 2 for wrong usage, 3 when there is no server to be had, 126 when the
//! command cannot be run.

use std::env;
use std::error::Error;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::process::{CommandExt, parent_id};
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use hip_launcher::{Durability, LaunchError, Options, PrivatePostgres};

/// Where the command finds its server.
const URL_VARIABLE: &str = "HIP_TEST_PG";

/// How often the keeper looks whether its parent is still there.
const WATCH_INTERVAL: Duration = Duration::from_millis(25);

const USAGE: &str = "usage: hip-dev with-servers -- CMD [ARGS…]";

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    match arguments.iter().map(OsString::as_os_str).collect::<Vec<_>>().as_slice() {
        [verb, dashes, command, arguments @ ..] if *verb == "with-servers" && *dashes == "--" => {
            with_servers(command, arguments)
        }
        // Not for people: the keeper, started by the line above.
        [verb, parent] if *verb == "keep-servers" => {
            let parent = parent.to_str().and_then(|id| id.parse().ok());
            parent.map_or_else(|| fail(2, USAGE), keep_servers)
        }
        _ => fail(2, USAGE),
    }
}

/// Becomes the command; returns only if that fails.
fn with_servers(command: &OsStr, arguments: &[&OsStr]) -> ExitCode {
    let mut command = Command::new(command);
    command.args(arguments);
    if env::var_os(URL_VARIABLE).is_none_or(|url| url.is_empty()) {
        match start_keeper() {
            Ok(url) => command.env(URL_VARIABLE, url),
            Err(error) => return fail(3, &format!("no server to be had: {error}")),
        };
    }
    let error = command.exec();
    fail(126, &format!("cannot run {}: {error}", command.get_program().display()))
}

/// Starts the keeper and returns the URL of its server.
fn start_keeper() -> io::Result<String> {
    let mut keeper = Command::new(env::current_exe()?)
        .arg("keep-servers")
        .arg(process::id().to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .process_group(0) // Ctrl-C is for the command
        .spawn()?;
    let mut url = String::new();
    if let Some(words) = keeper.stdout.take() {
        BufReader::new(words).read_line(&mut url)?;
    }
    match url.strip_suffix('\n') {
        Some(url) => Ok(url.to_owned()),
        // It has said why on its standard error.
        None => Err(io::Error::other(format!("the keeper ended: {}", keeper.wait()?))),
    }
}

/// Keeps a server for as long as the process `parent` is our parent.
fn keep_servers(parent: u32) -> ExitCode {
    match keep_servers_or_say_why(parent) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            fail(3, &format!("{error}{cause}"))
        }
    }
}

fn keep_servers_or_say_why(parent: u32) -> Result<(), Box<dyn Error>> {
    let home = TemporaryDirectory::new(&env::temp_dir())?;
    let data_dir = home.0.join("postgres");
    let postgres = PrivatePostgres::start(Options { data_dir, durability: Durability::Throwaway })?;
    let mut stdout = io::stdout().lock();
    // If nobody listens any more the parent is gone, which the loop will see.
    let _ = writeln!(stdout, "{}", postgres.url("postgres")).and_then(|()| stdout.flush());
    while parent_id() == parent {
        thread::sleep(WATCH_INTERVAL);
    }
    postgres.stop()?; // before its directory goes
    Ok(())
}

/// A new directory that is removed with everything in it.
struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    fn new(parent: &Path) -> Result<Self, LaunchError> {
        let failed = |path: PathBuf| {
            move |source| LaunchError::Io { action: "create", path: path.clone(), source }
        };
        // One that exists may be what a keeper left that had our number and was killed.
        for attempt in 0..100 {
            let path = parent.join(format!("hip-dev-{}-{attempt}", process::id()));
            match DirBuilder::new().mode(0o700).create(&path) {
                // Open to be passed through: as root another account runs the server.
                Ok(()) => {
                    fs::set_permissions(&path, Permissions::from_mode(0o711))
                        .map_err(failed(path.clone()))?;
                    return Ok(Self(path));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed(path)(error)),
            }
        }
        Err(failed(parent.join("hip-dev-*"))(io::ErrorKind::AlreadyExists.into()))
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            complain(&format!("cannot remove {}: {error}", self.0.display()));
        }
    }
}

fn fail(status: u8, message: &str) -> ExitCode {
    complain(message);
    ExitCode::from(status)
}

fn complain(message: &str) {
    // With nowhere to write to there is nobody to tell.
    let _ = writeln!(io::stderr(), "hip-dev: {message}");
}
