//! Creates a new cluster.

use std::fs::{self, File};

use super::binaries::Binaries;
use super::data_dir::DataDir;
use super::options::Durability;
use super::wire::USER;
use crate::error::LaunchError;
use crate::process::{command, last_words};

/// Creates the cluster in another directory, and moves it to its place when it is complete.
///
/// It uses UTF-8 and the C locale: text sorts by its bytes, the same on every machine. No user can log in
/// yet; [`super::access`] writes the login rules.
pub(crate) fn make_cluster(
    binaries: &Binaries,
    data_dir: &DataDir,
    durability: Durability,
) -> Result<(), LaunchError> {
    let unfinished = data_dir.make_unfinished_cluster()?;
    let program = binaries.program("initdb");
    let log = data_dir.log();
    let status = command(&program, &log, &unfinished, data_dir.runs_as.as_ref())?
        .arg("-D")
        .arg(&unfinished)
        .args(["-U", USER, "-A", "reject", "-E", "UTF8", "--no-locale"])
        .args(durability.initdb_arguments())
        .status()
        .map_err(LaunchError::io("run", &program))?;
    if !status.success() {
        return Err(LaunchError::Ended { program: "initdb", said: last_words(&log, 0), log });
    }
    fs::rename(&unfinished, data_dir.cluster())
        // The new name must survive a power failure, as the files do.
        .and_then(|()| File::open(data_dir.path())?.sync_all())
        .map_err(LaunchError::io("finish", &unfinished))
}
