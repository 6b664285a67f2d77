//! Who may log in: users with a password, over the server's own socket; and on the loopback interface,
//! when the server was started for tests and listens there.
//!
//! Earlier versions of this crate made clusters that let in every local user. A cluster is brought to
//! the present form before its server starts: the owner gets a password, and then the file that says
//! who may log in is written. That file comes last, so a start that was killed is done again.

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

/// PostgreSQL's `pg_hba.conf`. Whatever it does not name is refused, replication too.
const WHO_MAY_LOG_IN: &str = "\
# Written by hip. Changes to this file are undone at the next start.
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
";

/// Brings a cluster that no server works on to the present form. Returns the owner's password.
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

/// Whether a cluster lets in nobody without a password.
pub(crate) fn is_secure(data_dir: &DataDir) -> bool {
    fs::read_to_string(data_dir.who_may_log_in()).is_ok_and(|text| text == WHO_MAY_LOG_IN)
}

/// In single-user mode: nobody can connect meanwhile. The statement goes through a pipe, so that no
/// other user sees it.
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
    // A server that has ended already has said why in its log.
    let told = statements.write_all(statement.as_bytes());
    drop(statements);
    let status = child
        .wait()
        .map_err(|error| StartError::Other(LaunchError::io("wait for", &program)(error)))?;
    if status.success() && told.is_ok() { Ok(()) } else { Err(why_ended(&log, log_start)) }
}

/// Appears whole or not at all, and belongs to the account that runs the server.
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
