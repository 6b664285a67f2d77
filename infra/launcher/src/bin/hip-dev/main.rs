//! `hip-dev with-servers -- CMD ARGS…` runs a command with throw-away servers.
//!
//! The command finds them in `HIP_TEST_PG` (a URL whose path names a database to connect to),
//! `HIP_TEST_REDIS`, `HIP_TEST_MONGO` and `HIP_TEST_MYSQL`. A server whose variable is already set is not
//! started. One server of each kind serves the whole command, however many processes it starts; each test
//! creates its own database in it, or uses its own prefix.
//!
//! `HIP_TEST_BACKENDS=embedded` is the only way to run without the servers other than PostgreSQL; it prints
//! a warning.
//!
//! There are two processes. A *supervisor* starts the servers and watches its parent. When the parent ends,
//! for whatever reason, it stops the servers and removes their data. The parent turns itself into the
//! command. So signals reach the command itself, the exit status is that of the command, and even `kill -9`
//! leaves nothing behind. The servers end about 100 ms after the command.
//!
//! Exit status: that of the command; 2 for wrong usage, 3 if a server cannot be started, 126 if the command
//! cannot be run.

mod server;
mod supervisor;

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{self, Command, ExitCode, Stdio};

use server::Server;

/// Set to `embedded` to run the tests without Redis, MongoDB and MariaDB.
const BACKENDS_VARIABLE: &str = "HIP_TEST_BACKENDS";

const USAGE: &str = "usage: hip-dev with-servers -- CMD [ARGS…]";

fn main() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    match arguments.iter().map(OsString::as_os_str).collect::<Vec<_>>().as_slice() {
        [verb, dashes, command, arguments @ ..] if *verb == "with-servers" && *dashes == "--" => {
            with_servers(command, arguments)
        }
        // Internal: runs the supervisor, which `start_supervisor` starts.
        [verb, parent, servers @ ..] if *verb == supervisor::VERB => {
            let parent = parent.to_str().and_then(|id| id.parse().ok());
            let servers = servers.iter().map(|name| Server::parse(name)).collect::<Option<_>>();
            parent.zip(servers).map_or_else(
                || fail(2, USAGE),
                |(parent, servers): (u32, Vec<Server>)| supervisor::keep(parent, &servers),
            )
        }
        _ => fail(2, USAGE),
    }
}

/// Turns this process into the command. Returns only if that fails.
fn with_servers(command: &OsStr, arguments: &[&OsStr]) -> ExitCode {
    let wanted = match wanted() {
        Ok(wanted) => wanted,
        Err(mistake) => return fail(2, &mistake),
    };
    let mut command = Command::new(command);
    command.args(arguments);
    if !wanted.is_empty() {
        match start_supervisor(&wanted) {
            Ok(urls) => command.envs(urls),
            Err(error) => return fail(3, &format!("no server to be had: {error}")),
        };
    }
    let error = command.exec();
    fail(126, &format!("cannot run {}: {error}", command.get_program().display()))
}

/// The servers that the command needs and whose variables are not set.
fn wanted() -> Result<Vec<Server>, String> {
    let backends = env::var_os(BACKENDS_VARIABLE).unwrap_or_default();
    let needed: &[Server] = match backends.to_str() {
        Some("") => &Server::ALL,
        Some("embedded") => {
            print_error(&format!(
                "{BACKENDS_VARIABLE}=embedded: NOTHING IS TESTED ON REDIS, MONGODB AND MARIADB"
            ));
            &[Server::Postgres]
        }
        _ => return Err(format!("{BACKENDS_VARIABLE} can only be `embedded`")),
    };
    let is_given =
        |server: &Server| env::var_os(server.variable()).is_some_and(|url| !url.is_empty());
    Ok(needed.iter().copied().filter(|server| !is_given(server)).collect())
}

/// Starts the supervisor. Returns the variables with the URLs of its servers.
fn start_supervisor(servers: &[Server]) -> io::Result<Vec<(&'static str, String)>> {
    let mut supervisor = Command::new(env::current_exe()?)
        .arg(supervisor::VERB)
        .arg(process::id().to_string())
        .args(servers.iter().map(|server| server.name()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .process_group(0) // Ctrl-C reaches only the command
        .spawn()?;
    // One URL per line, in the order of `servers`.
    let mut urls = Vec::new();
    if let Some(words) = supervisor.stdout.take() {
        for url in BufReader::new(words).lines().take(servers.len()) {
            urls.push(url?);
        }
    }
    if urls.len() < servers.len() {
        // The supervisor has written the reason to its standard error.
        return Err(io::Error::other(format!("the supervisor ended: {}", supervisor.wait()?)));
    }
    Ok(servers.iter().map(|server| server.variable()).zip(urls).collect())
}

fn fail(status: u8, message: &str) -> ExitCode {
    print_error(message);
    ExitCode::from(status)
}

fn print_error(message: &str) {
    // If standard error cannot be written, the message cannot be shown.
    let _ = writeln!(io::stderr(), "hip-dev: {message}");
}
