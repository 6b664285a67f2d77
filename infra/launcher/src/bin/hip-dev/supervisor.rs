//! The process that runs the servers as long as its parent lives.

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

/// First argument of the supervisor. The process id of its parent and the names of the servers follow.
pub(crate) const VERB: &str = "keep-servers";

/// How often the supervisor checks whether its parent still exists.
const WATCH_INTERVAL: Duration = Duration::from_millis(25);

/// Runs servers as long as `parent` is the parent of this process.
///
/// Prints their URLs, one per line, when all of them answer.
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
    // If nobody reads the output, the parent is gone; the loop below notices that.
    let _ = stdout.write_all(urls.as_bytes()).and_then(|()| stdout.flush());
    while parent_id() == parent {
        thread::sleep(WATCH_INTERVAL);
    }
    // Stops every server before their directory is removed, even if another one fails to stop.
    let stopped: Vec<_> = running.into_iter().rev().map(RunningServer::stop).collect();
    stopped.into_iter().collect::<Result<(), _>>()?;
    Ok(())
}

/// Starts all servers at the same time, because a start is mostly waiting.
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

/// A new directory. It is removed with its content when the value is dropped.
struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    fn new(parent: &Path) -> Result<Self, LaunchError> {
        let failed = |path: PathBuf| {
            move |source| LaunchError::Io { action: "create", path: path.clone(), source }
        };
        // An existing directory may be left from a killed supervisor with the same process id.
        for attempt in 0..100 {
            let path = parent.join(format!("hip-dev-{}-{attempt}", process::id()));
            match DirBuilder::new().mode(0o700).create(&path) {
                // Other accounts may pass through: if started as root, another account runs the server.
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
