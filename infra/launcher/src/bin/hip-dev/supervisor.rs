//! The process that keeps the servers for as long as its parent lives.

use std::env;
use std::error::Error;
use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode};
use std::thread;
use std::time::Duration;

use hip_launcher::LaunchError;

use crate::server::{RunningServer, Server};
use crate::{fail, print_error};

/// What the supervisor's first argument is; then come its parent and the servers.
pub(crate) const VERB: &str = "keep-servers";

/// How often the supervisor looks whether its parent is still there.
const WATCH_INTERVAL: Duration = Duration::from_millis(25);

/// Keeps servers for as long as the process `parent` is our parent. Prints their URLs, a line each,
/// when all of them answer.
pub(crate) fn keep(parent: u32, servers: &[Server]) -> ExitCode {
    match keep_or_say_why(parent, servers) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            fail(3, &format!("{error}{cause}"))
        }
    }
}

fn keep_or_say_why(parent: u32, servers: &[Server]) -> Result<(), Box<dyn Error>> {
    let home = TemporaryDirectory::new(&env::temp_dir())?;
    let running = start_all(servers, &home.0)?;
    let urls: String = running.iter().map(|server| server.url() + "\n").collect();
    let mut stdout = io::stdout().lock();
    // If nobody listens any more the parent is gone, which the loop will see.
    let _ = stdout.write_all(urls.as_bytes()).and_then(|()| stdout.flush());
    while parent_id() == parent {
        thread::sleep(WATCH_INTERVAL);
    }
    // Before their directory goes, and each of them, whatever becomes of another.
    let stopped: Vec<_> = running.into_iter().rev().map(RunningServer::stop).collect();
    stopped.into_iter().collect::<Result<(), _>>()?;
    Ok(())
}

/// All at once: each spends its start waiting.
fn start_all(servers: &[Server], home: &Path) -> Result<Vec<RunningServer>, LaunchError> {
    thread::scope(|scope| {
        let starts: Vec<_> =
            servers.iter().map(|server| scope.spawn(|| server.start(home))).collect();
        starts
            .into_iter()
            .map(|start| start.join().expect("starting a server does not panic"))
            .collect::<Vec<_>>()
    })
    .into_iter()
    .collect()
}

/// A new directory that is removed with everything in it.
struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    fn new(parent: &Path) -> Result<Self, LaunchError> {
        let failed = |path: PathBuf| {
            move |source| LaunchError::Io { action: "create", path: path.clone(), source }
        };
        // One that exists may be what a supervisor left that had our number and was killed.
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
            print_error(&format!("cannot remove {}: {error}", self.0.display()));
        }
    }
}
