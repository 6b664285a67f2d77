//! A server for tests only. Its data has no value, so the server is killed and not asked to stop.

use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, lchown};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::geteuid;

use crate::account::Account;
use crate::error::LaunchError;
use crate::process::{
    POLL_INTERVAL, PORT_TRY_COUNT_MAX, command, free_port, last_words, refuse_production,
    says_port_taken,
};

/// Time limit for a server to answer. A start takes about 1 s; the rest is for a busy machine.
const READY_TIMEOUT: Duration = Duration::from_secs(30);

/// What differs between the servers for tests.
pub(crate) struct Recipe<'a> {
    /// Name of the program in messages.
    pub(crate) name: &'static str,
    pub(crate) program: &'a Path,
    /// Returns its arguments, for a data directory and a port.
    pub(crate) arguments: fn(&Path, u16) -> Vec<OsString>,
    /// Whether it answers on this port.
    pub(crate) answers: fn(u16) -> bool,
}

/// A server that was started without data. Dropping the value kills the server.
#[derive(Debug)]
pub(crate) struct Throwaway {
    child: Child,
    pub(crate) port: u16,
}

impl Throwaway {
    /// Starts a server with its data in `home/data` and its log in `home/log`, and returns when it answers.
    ///
    /// `home` must not exist yet.
    pub(crate) fn start(recipe: &Recipe<'_>, home: &Path) -> Result<Self, LaunchError> {
        refuse_production()?;
        let runs_as = account_for(recipe.program);
        let data = home.join("data");
        for directory in [home, &data] {
            DirBuilder::new()
                .mode(if runs_as.is_some() { 0o711 } else { 0o700 })
                .create(directory)
                .map_err(LaunchError::io("create", directory))?;
        }
        if let Some(account) = &runs_as {
            lchown(&data, Some(account.uid), Some(account.gid))
                .map_err(LaunchError::io("hand over", &data))?;
        }
        let mut ports_tried = 1;
        loop {
            match start_once(recipe, home, &data, runs_as.as_ref()) {
                Err(LaunchError::Ended { said, .. })
                    if says_port_taken(&said) && ports_tried < PORT_TRY_COUNT_MAX =>
                {
                    ports_tried += 1;
                }
                other => return other,
            }
        }
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        // It may have ended already. The error cannot be returned here, and there is nothing else to try.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start_once(
    recipe: &Recipe<'_>,
    home: &Path,
    data: &Path,
    runs_as: Option<&Account>,
) -> Result<Throwaway, LaunchError> {
    let log = home.join("log");
    let log_start = fs::metadata(&log).map_or(0, |metadata| metadata.len());
    let port = free_port()?;
    let child = command(recipe.program, &log, data, runs_as)?
        .args((recipe.arguments)(data, port))
        .spawn()
        .map_err(LaunchError::io("run", recipe.program))?;
    let mut server = Throwaway { child, port };
    let begun_at = Instant::now();
    while !(recipe.answers)(port) {
        let ended = server.child.try_wait().map_err(LaunchError::io("wait for", recipe.program))?;
        if let Some(status) = ended {
            let said = why_ended(status, &last_words(&log, log_start));
            return Err(LaunchError::Ended { program: recipe.name, said, log });
        }
        if begun_at.elapsed() > READY_TIMEOUT {
            return Err(LaunchError::NotReady { waited: READY_TIMEOUT, log }); // dropping the server kills it
        }
        thread::sleep(POLL_INTERVAL);
    }
    Ok(server)
}

/// Chooses the account that runs the server if root starts it.
///
/// `None` if the current user runs it. Root also runs it if no other account can reach the program, as in a
/// checkout under root's home; these servers have been seen to work so.
fn account_for(program: &Path) -> Option<Account> {
    let candidates = if geteuid().is_root() { Account::candidates().ok()? } else { vec![] };
    candidates.into_iter().find(|account| account.may_reach(program))
}

/// Describes how a server ended.
///
/// Signal 4 (illegal instruction) means that the program was built for a newer processor.
fn why_ended(status: ExitStatus, said: &str) -> String {
    match status.signal() {
        Some(4) => format!("this processor lacks an instruction that it needs, such as AVX {said}"),
        Some(_) | None => format!("{status} {said}"),
    }
}
