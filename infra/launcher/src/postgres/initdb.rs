//! Making a new cluster.

use std::fs::{self, File};

use super::binaries::Binaries;
use super::data_dir::DataDir;
use super::error::LaunchError;
use super::last_words;
use super::options::Durability;
use super::server::command;
use super::wire::USER;

/// Makes the cluster beside its place and moves it there when it is whole.
///
/// UTF-8, and the C locale: text sorts by its bytes, the same on every machine.
pub(crate) fn make_cluster(
    binaries: &Binaries,
    data_dir: &DataDir,
    durability: Durability,
) -> Result<(), LaunchError> {
    let unfinished = data_dir.make_unfinished_cluster()?;
    let status = command(binaries, "initdb", data_dir, &unfinished)?
        .arg("-D")
        .arg(&unfinished)
        .args(["-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale"])
        .args(durability.initdb_arguments())
        .status()
        .map_err(LaunchError::io("run", &binaries.program("initdb")))?;
    if !status.success() {
        let log = data_dir.log();
        return Err(LaunchError::Ended { program: "initdb", said: last_words(&log, 0), log });
    }
    fs::rename(&unfinished, data_dir.cluster())
        // The name has to outlive a power cut like the files it stands for.
        .and_then(|()| File::open(data_dir.path())?.sync_all())
        .map_err(LaunchError::io("finish", &unfinished))
}
