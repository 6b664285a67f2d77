//! The directory of the server's socket. Only root and the account that runs the server may enter it.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, lchown};
use std::path::{Path, PathBuf};

use super::data_dir::DataDir;
use super::password::{Password, remove_if_there};
use crate::error::LaunchError;

/// Port in the name of the socket, if the server listens on no port.
///
/// PostgreSQL names its socket after its port. The directory is private to this server, so names cannot
/// conflict.
pub(crate) const USUAL_PORT: u16 = 5432;

/// The longest path of a socket on Linux, without the zero byte at its end.
const SOCKET_PATH_BYTES_MAX: usize = 107;

/// Where the directory is created if the path within the data directory is too long.
const FALLBACK: &str = "/tmp";

/// File name with the longest port number.
const LONGEST_NAME: &str = ".s.PGSQL.65535.lock";

/// Directory and port of a server's socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Socket {
    pub(crate) directory: PathBuf,
    pub(crate) port: u16,
}

impl Socket {
    pub(crate) fn file(&self) -> PathBuf {
        self.directory.join(format!(".s.PGSQL.{}", self.port))
    }
}

/// A directory for the socket. One in the data directory stays; one outside is removed when the value is
/// dropped.
#[derive(Debug)]
pub(crate) struct SocketDir {
    pub(crate) path: PathBuf,
    is_outside: bool,
}

impl SocketDir {
    /// Prepares `socket` in the data directory, or a new directory in `/tmp` if that path is too long.
    ///
    /// No server may run on the data directory.
    pub(crate) fn prepare(data_dir: &DataDir) -> Result<Self, LaunchError> {
        let inside = data_dir.path().join("socket");
        if inside.join(LONGEST_NAME).as_os_str().len() <= SOCKET_PATH_BYTES_MAX {
            if is_there(&inside, data_dir)? {
                remove_stale(&inside).map_err(LaunchError::io("clear", &inside))?;
            } else {
                make(&inside, data_dir)?;
            }
            return Ok(Self { path: inside, is_outside: false });
        }
        // The name cannot be guessed, so no other user can take it first.
        let name = Password::random();
        let outside = Path::new(FALLBACK).join(format!("hip-{}", &name.as_str()[..32]));
        make(&outside, data_dir)?;
        Ok(Self { path: outside, is_outside: true })
    }
}

impl Drop for SocketDir {
    fn drop(&mut self) {
        if self.is_outside {
            // The server has removed its socket. If the removal fails, only an empty directory remains.
            let _ = fs::remove_dir(&self.path);
        }
    }
}

/// Removes the files of a killed server.
///
/// PostgreSQL would not start while any process has the id in the lock file.
fn remove_stale(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        remove_if_there(&entry?.path())?;
    }
    Ok(())
}

/// Whether the directory exists. It is an error if its owner or its mode is wrong.
fn is_there(path: &Path, data_dir: &DataDir) -> Result<bool, LaunchError> {
    let metadata = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        metadata => metadata.map_err(LaunchError::io("look at", path))?,
    };
    let is_ours = metadata.is_dir() && metadata.uid() == data_dir.server_uid();
    if !is_ours || metadata.mode() & 0o077 != 0 {
        return Err(LaunchError::NotOurs(path.to_owned()));
    }
    Ok(true)
}

fn make(path: &Path, data_dir: &DataDir) -> Result<(), LaunchError> {
    DirBuilder::new().mode(0o700).create(path).map_err(LaunchError::io("create", path))?;
    match &data_dir.runs_as {
        Some(account) => lchown(path, Some(account.uid), Some(account.gid))
            .map_err(LaunchError::io("hand over", path)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn data_dir(path: &Path) -> DataDir {
        DataDir::prepare(path).unwrap()
    }

    fn open_directory() -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        directory
    }

    #[test]
    fn nobody_else_may_enter_wherever_it_lies() {
        let root = open_directory();
        let long = root.path().join("l".repeat(120));
        for (path, is_outside) in [(root.path().join("short"), false), (long, true)] {
            let data_dir = data_dir(&path);
            let socket_dir = SocketDir::prepare(&data_dir).unwrap();
            assert_eq!(!socket_dir.path.starts_with(&path), is_outside);
            let metadata = fs::symlink_metadata(&socket_dir.path).unwrap();
            assert_eq!(metadata.mode() & 0o777, 0o700);
            assert_eq!(metadata.uid(), data_dir.server_uid());
            let file = Socket { directory: socket_dir.path.clone(), port: u16::MAX }.file();
            assert!(file.as_os_str().len() <= SOCKET_PATH_BYTES_MAX);
            let path = socket_dir.path.clone();
            drop(socket_dir);
            assert_eq!(path.exists(), !is_outside);
        }
    }

    #[test]
    fn a_directory_that_others_may_enter_is_refused() {
        let root = open_directory();
        let data_dir = data_dir(&root.path().join("data"));
        let path = SocketDir::prepare(&data_dir).unwrap().path.clone();
        fs::set_permissions(&path, Permissions::from_mode(0o750)).unwrap();
        let refused = SocketDir::prepare(&data_dir);
        assert!(matches!(refused, Err(LaunchError::NotOurs(at)) if at == path));
    }
}
