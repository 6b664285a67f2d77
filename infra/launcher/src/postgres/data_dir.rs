//! The data directory of one server: its place, its owner and its files.
//!
//! If started as root, the directory belongs to root, and only the cluster in it belongs to the account
//! that runs the server. So an attacker who controls that account cannot replace the files that root writes
//! here (the log and the lock) by links to another place.

pub(crate) mod place;

use std::fs::{self, DirBuilder, File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, lchown};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

use crate::account::Account;
use crate::error::LaunchError;

pub use place::default_data_dir;

/// A data directory that is ready for use.
///
/// It exists, no other user could have made it or can change it, and the account that runs the server can
/// reach the cluster in it.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    /// The account that runs the server. `None` if it is the current user; only root uses another account.
    pub(crate) runs_as: Option<Account>,
}

/// PostgreSQL's own directory within a data directory.
pub(crate) fn cluster_in(path: &Path) -> PathBuf {
    path.join("pg")
}

impl DataDir {
    /// Creates the directory, or checks the existing one.
    pub(crate) fn prepare(path: &Path) -> Result<Self, LaunchError> {
        make(path, if geteuid().is_root() { 0o711 } else { 0o700 })?;
        // Does not follow a link: its target could change between this check and the next.
        let metadata = look_at(path)?;
        let is_own = metadata.is_dir() && metadata.uid() == geteuid().as_raw();
        if !is_own || metadata.mode() & 0o002 != 0 {
            return Err(LaunchError::NotOurs(path.to_owned()));
        }
        let path = fs::canonicalize(path).map_err(LaunchError::io("find", path))?;
        let mut data_dir = Self { path, runs_as: None };
        if geteuid().is_root() {
            data_dir.runs_as = Some(account_for(&data_dir.cluster())?);
        }
        check_way_to(&data_dir.path, data_dir.runs_as.as_ref())?;
        Ok(data_dir)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// PostgreSQL's own data directory.
    pub(crate) fn cluster(&self) -> PathBuf {
        cluster_in(&self.path)
    }

    /// PostgreSQL's file of login rules.
    pub(crate) fn who_may_log_in(&self) -> PathBuf {
        self.cluster().join("pg_hba.conf")
    }

    /// The file with the password of the user that owns the cluster.
    pub(crate) fn owner_password(&self) -> PathBuf {
        self.path.join("owner.password")
    }

    /// The file with the password of a user that was made with [`PrivatePostgres::create_login`].
    ///
    /// [`PrivatePostgres::create_login`]: super::PrivatePostgres::create_login
    pub(crate) fn login_password(&self, login: &str) -> PathBuf {
        self.path.join(format!("login-{login}.password"))
    }

    /// The user id of the account that runs the server.
    pub(crate) fn server_uid(&self) -> u32 {
        self.runs_as.as_ref().map_or_else(|| geteuid().as_raw(), |account| account.uid)
    }

    /// Creates an empty directory for a new cluster. Removes an unfinished one.
    ///
    /// It becomes [`Self::cluster`] when `initdb` has succeeded, so an unfinished cluster is never used.
    pub(crate) fn make_unfinished_cluster(&self) -> Result<PathBuf, LaunchError> {
        let path = self.path.join("pg.unfinished");
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(LaunchError::io("remove", &path)(error));
            }
            Ok(()) | Err(_) => {}
        }
        DirBuilder::new().mode(0o700).create(&path).map_err(LaunchError::io("create", &path))?;
        if let Some(account) = &self.runs_as {
            lchown(&path, Some(account.uid), Some(account.gid))
                .map_err(LaunchError::io("hand over", &path))?;
        }
        Ok(path)
    }

    /// The server's log of this run. The log of the previous run has the suffix `.1`.
    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// The major version that made the cluster. `None` if there is no cluster.
    pub(crate) fn cluster_version(&self) -> Option<String> {
        let version = fs::read_to_string(self.cluster().join("PG_VERSION")).ok()?;
        Some(version.trim().to_owned())
    }

    /// Waits until no other process starts a server here, and takes the lock.
    ///
    /// The lock is held until the file is dropped. If the process is killed, the system releases it.
    pub(crate) fn lock(&self) -> Result<File, LaunchError> {
        let path = self.path.join("start.lock");
        // No other user may open the file: a user who can open it can hold the lock.
        let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let locked = file.and_then(|file| file.lock().map(|()| file));
        locked.map_err(LaunchError::io("lock", &path))
    }
}

/// Creates the directory with this mode, and missing directories above it with mode 0755.
///
/// The umask does not change the modes. Existing directories stay as they are.
fn make(path: &Path, mode: u32) -> Result<(), LaunchError> {
    if path.as_os_str().is_empty() || path.exists() {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        make(parent, 0o755)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(mode))
            .map_err(LaunchError::io("open", path)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(LaunchError::io("create", path)(error)),
    }
}

fn look_at(path: &Path) -> Result<Metadata, LaunchError> {
    fs::symlink_metadata(path).map_err(LaunchError::io("look at", path))
}

/// Chooses the account that runs the server for root: the owner of an existing cluster, else the preferred
/// one.
fn account_for(cluster: &Path) -> Result<Account, LaunchError> {
    let mut candidates = Account::candidates()?;
    let at = match fs::symlink_metadata(cluster) {
        Err(_) => Some(0),
        Ok(metadata) => candidates.iter().position(|account| account.uid == metadata.uid()),
    };
    at.map(|at| candidates.swap_remove(at)).ok_or_else(|| LaunchError::NotOurs(cluster.to_owned()))
}

/// Checks this directory and every one above it.
///
/// The account must be able to enter it. If everyone can write to its parent, as to `/tmp`, the directory
/// must belong to root or to the current user.
fn check_way_to(path: &Path, runs_as: Option<&Account>) -> Result<(), LaunchError> {
    for directory in path.ancestors() {
        let metadata = look_at(directory)?;
        if let Some(account) = runs_as.filter(|account| !account.may_pass(&metadata)) {
            let account = account.name.clone();
            return Err(LaunchError::Unreachable { directory: directory.to_owned(), account });
        }
        let is_in_public = match directory.parent() {
            Some(parent) => look_at(parent)?.mode() & 0o002 != 0,
            None => false,
        };
        if is_in_public && ![0, geteuid().as_raw()].contains(&metadata.uid()) {
            return Err(LaunchError::NotOurs(directory.to_owned()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
