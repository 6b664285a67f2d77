//! The directory of one server: where it is, whose it is, and what is in it.
//!
//! Started as root, the directory stays root's and only the cluster in it belongs to the account
//! that runs the server. So what root writes here, the log and the lock, cannot be replaced by a
//! link to another place by an attacker who controls that account.

pub(crate) mod place;

use std::fs::{self, DirBuilder, File, Metadata, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, lchown};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;

use crate::account::Account;
use crate::error::LaunchError;

pub use place::default_data_dir;

/// A data directory that is ready to be used: it is there, nobody else could have made or could
/// change it, and the account that runs the server can reach the cluster in it.
#[derive(Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
    /// Who runs the server, when that is not ourselves: only root has somebody else do it.
    pub(crate) runs_as: Option<Account>,
}

/// PostgreSQL's own directory inside of one of ours.
pub(crate) fn cluster_in(path: &Path) -> PathBuf {
    path.join("pg")
}

impl DataDir {
    /// Makes the directory, or checks the one that is there.
    pub(crate) fn prepare(path: &Path) -> Result<Self, LaunchError> {
        make(path, if geteuid().is_root() { 0o711 } else { 0o700 })?;
        // Not through a link, which could be pointed elsewhere between this look and the next.
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

    /// PostgreSQL's file of who may log in, and how.
    pub(crate) fn who_may_log_in(&self) -> PathBuf {
        self.cluster().join("pg_hba.conf")
    }

    /// The password of the user that owns the cluster.
    pub(crate) fn owner_password(&self) -> PathBuf {
        self.path.join("owner.password")
    }

    /// The password of a user that was made with [`PrivatePostgres::create_login`].
    ///
    /// [`PrivatePostgres::create_login`]: super::PrivatePostgres::create_login
    pub(crate) fn login_password(&self, login: &str) -> PathBuf {
        self.path.join(format!("login-{login}.password"))
    }

    /// The user id of the account that runs the server.
    pub(crate) fn server_uid(&self) -> u32 {
        self.runs_as.as_ref().map_or_else(|| geteuid().as_raw(), |account| account.uid)
    }

    /// An empty directory for a cluster in the making. It becomes [`Self::cluster`] once `initdb`
    /// has ended well, so that one that was interrupted is never taken for a cluster.
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

    /// The server's log of this run; that of the run before gets the suffix `.1`.
    pub(crate) fn log(&self) -> PathBuf {
        self.path.join("postgres.log")
    }

    /// The major version that made the cluster; nothing when there is none yet.
    pub(crate) fn cluster_version(&self) -> Option<String> {
        let version = fs::read_to_string(self.cluster().join("PG_VERSION")).ok()?;
        Some(version.trim().to_owned())
    }

    /// Waits until no other process is starting a server here. Held until the file is dropped, and
    /// let go of by the system when its holder is killed.
    pub(crate) fn lock(&self) -> Result<File, LaunchError> {
        let path = self.path.join("start.lock");
        // No other user may open the file: a user who can open it can hold the lock.
        let file = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let locked = file.and_then(|file| file.lock().map(|()| file));
        locked.map_err(LaunchError::io("lock", &path))
    }
}

/// Creates the directory, and what is missing above it open to be passed through. The modes hold
/// whatever the umask says; what is there already is left as it is.
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

/// Which account runs the server that root starts: the one that has the cluster already, else the
/// preferred one.
fn account_for(cluster: &Path) -> Result<Account, LaunchError> {
    let mut candidates = Account::candidates()?;
    let at = match fs::symlink_metadata(cluster) {
        Err(_) => Some(0),
        Ok(metadata) => candidates.iter().position(|account| account.uid == metadata.uid()),
    };
    at.map(|at| candidates.swap_remove(at)).ok_or_else(|| LaunchError::NotOurs(cluster.to_owned()))
}

/// Checks this directory and every one above: may the account pass, and could a stranger have made
/// it before us, as anybody may in `/tmp`?
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
