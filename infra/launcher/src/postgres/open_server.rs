//! Stops a server that an earlier version of this crate started.
//!
//! The server has outlived its launcher, and accepts every local user over the loopback interface.

use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::pid_file;
use super::wire::Session;
use super::wire_error::WireError;
use crate::error::LaunchError;
use crate::process::POLL_INTERVAL;

/// Time limit for the server to end.
const STOP_TIMEOUT: Duration = Duration::from_secs(30);

/// How long a client that has just left may still be listed.
const LEAVING_TIME_MAX: Duration = Duration::from_secs(3);

/// Fails if another client is connected.
const FAIL_IF_IN_USE: &str = "\
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_stat_activity
              WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()) THEN
    RAISE EXCEPTION 'in use' USING ERRCODE = 'object_in_use';
  END IF;
END $$";

/// Stops the server and waits until it has ended. A server that is in use is not stopped.
pub(crate) fn stop(pid: Pid, port: u16, cluster: &Path) -> Result<(), LaunchError> {
    match ask_until_unused(port) {
        Ok(()) => {}
        Err(WireError::Refused { .. }) => {
            let (cluster, pid) = (cluster.to_owned(), pid.as_raw_pid());
            return Err(LaunchError::OpenServer { cluster, pid });
        }
        // It has ended in the meantime.
        Err(WireError::Io(_)) if !is_running(pid, cluster) => return Ok(()),
        Err(error) => return Err(LaunchError::Database(error)),
    }
    // Fast shutdown, as for servers of this version.
    kill_process(pid, Signal::INT)
        .map_err(|error| LaunchError::io("stop the server on", cluster)(error.into()))?;
    let begun_at = Instant::now();
    while is_running(pid, cluster) {
        if begun_at.elapsed() > STOP_TIMEOUT {
            let source = io::Error::from(io::ErrorKind::TimedOut);
            return Err(LaunchError::io("stop the server on", cluster)(source));
        }
        thread::sleep(POLL_INTERVAL);
    }
    Ok(())
}

/// Succeeds when no other client is connected.
fn ask_until_unused(port: u16) -> Result<(), WireError> {
    let mut session = Session::open_without_password(port)?;
    let begun_at = Instant::now();
    loop {
        match session.execute(FAIL_IF_IN_USE) {
            Err(WireError::Refused { .. }) if begun_at.elapsed() < LEAVING_TIME_MAX => {
                thread::sleep(POLL_INTERVAL);
            }
            asked => return asked,
        }
    }
}

fn is_running(pid: Pid, cluster: &Path) -> bool {
    pid_file::running(cluster).is_some_and(|running| running.pid == pid)
}
