//! Login rules of a cluster: users log in with a password over the server's own socket.
//!
//! A server that was started for tests on the loopback interface accepts logins there too.
//!
//! Clusters of earlier versions of this crate accepted every local user. Such a cluster is secured before
//! its server starts: the owner gets a password, and then `pg_hba.conf` is written. That file is written
//! last, so a start that was interrupted is repeated.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, lchown};
use std::process::Stdio;

use super::binaries::Binaries;
use super::data_dir::DataDir;
use super::password::{Password, remove_if_there};
use super::server::{StartError, why_ended};
use super::wire::USER;
use crate::error::LaunchError;
use crate::process::command;

/// Content of PostgreSQL's `pg_hba.conf`. Every other login is refused, also for replication.
const WHO_MAY_LOG_IN: &str = "\
# Written by hip. Changes to this file are undone at the next start.
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
";

/// Secures a cluster on which no server runs. Returns the owner's password.
pub(crate) fn secure(binaries: &Binaries, data_dir: &DataDir) -> Result<Password, StartError> {
    let path = data_dir.owner_password();
    if is_secure(data_dir)
        && let Some(password) = Password::read(&path).map_err(StartError::Other)?
    {
        return Ok(password);
    }
    let password = Password::random();
    password.write(&path).map_err(StartError::Other)?;
    set_owner_password(binaries, data_dir, &password)?;
    write_who_may_log_in(data_dir)
        .map_err(LaunchError::io("write", &data_dir.who_may_log_in()))
        .map_err(StartError::Other)?;
    Ok(password)
}

/// Whether `pg_hba.conf` requires a password from every user.
pub(crate) fn is_secure(data_dir: &DataDir) -> bool {
    fs::read_to_string(data_dir.who_may_log_in()).is_ok_and(|text| text == WHO_MAY_LOG_IN)
}

/// Sets the owner's password in single-user mode, in which no client can connect.
///
/// The statement goes through a pipe, so that no other user sees it.
fn set_owner_password(
    binaries: &Binaries,
    data_dir: &DataDir,
    password: &Password,
) -> Result<(), StartError> {
    let program = binaries.program("postgres");
    let log = data_dir.log();
    let cluster = data_dir.cluster();
    let log_start = fs::metadata(&log).map_or(0, |metadata| metadata.len());
    let mut child = command(&program, &log, &cluster, data_dir.runs_as.as_ref())
        .map_err(StartError::Other)?
        .args(["--single", "-D"])
        .arg(&cluster)
        .args(["-c", "password_encryption=scram-sha-256"])
        .args(["-c", "log_min_error_statement=panic"])
        .arg("postgres")
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|error| StartError::Other(LaunchError::io("run", &program)(error)))?;
    let mut statements = child.stdin.take().expect("its standard input is a pipe");
    let statement = format!("ALTER ROLE \"{USER}\" LOGIN PASSWORD '{}'\n", password.as_str());
    // If the server has already ended, its log says why.
    let told = statements.write_all(statement.as_bytes());
    drop(statements);
    let status = child
        .wait()
        .map_err(|error| StartError::Other(LaunchError::io("wait for", &program)(error)))?;
    if status.success() && told.is_ok() { Ok(()) } else { Err(why_ended(&log, log_start)) }
}

/// Writes the file completely or not at all. It belongs to the account that runs the server.
fn write_who_may_log_in(data_dir: &DataDir) -> io::Result<()> {
    let path = data_dir.who_may_log_in();
    let unfinished = path.with_added_extension("unfinished");
    remove_if_there(&unfinished)?;
    let mut file = File::options().create_new(true).write(true).mode(0o600).open(&unfinished)?;
    file.write_all(WHO_MAY_LOG_IN.as_bytes())?;
    file.sync_all()?;
    if let Some(account) = &data_dir.runs_as {
        lchown(&unfinished, Some(account.uid), Some(account.gid))?;
    }
    fs::rename(&unfinished, &path)?;
    File::open(data_dir.cluster())?.sync_all()
}
