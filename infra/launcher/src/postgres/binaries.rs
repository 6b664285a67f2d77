//! Finds the programs of a PostgreSQL server.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::LaunchError;

/// Where Debian installs the programs of each major version: `<major>/bin`.
const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";

/// The directory of `initdb` and `postgres`, as an absolute path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Binaries(PathBuf);

impl Binaries {
    /// Looks in `PG_BIN`, then in Debian's directories, then on `PATH`.
    ///
    /// If `PG_BIN` is set, no other directory is searched. Of Debian's versions, it takes
    /// `cluster_version`, the one that made the cluster, else the newest.
    pub(crate) fn find(cluster_version: Option<&str>) -> Result<Self, LaunchError> {
        if let Some(directory) = env::var_os("PG_BIN").filter(|value| !value.is_empty()) {
            let directory = PathBuf::from(directory);
            return Self::in_directory(&directory).ok_or(LaunchError::WrongPgBin(directory));
        }
        Self::of_debian(Path::new(DEBIAN_VERSIONS), cluster_version)
            .or_else(|| Self::along(&env::var_os("PATH").unwrap_or_default()))
            .ok_or(LaunchError::NotInstalled)
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The major version, such as `15`. `None` if the program does not report it.
    pub(crate) fn version(&self) -> Option<String> {
        let output = Command::new(self.program("postgres")).arg("--version").output().ok()?;
        // "postgres (PostgreSQL) 15.12 (Debian 15.12-0+deb12u2)", "… 18beta1"
        let text = String::from_utf8(output.stdout).ok()?;
        let number = text.split_whitespace().nth(2)?;
        let major: String = number.chars().take_while(char::is_ascii_digit).collect();
        (!major.is_empty()).then_some(major)
    }

    fn of_debian(versions: &Path, cluster_version: Option<&str>) -> Option<Self> {
        let mut majors: Vec<u32> = fs::read_dir(versions)
            .ok()?
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .collect();
        majors.sort_unstable_by(|a, b| b.cmp(a));
        let made_by = cluster_version.and_then(|version| version.parse().ok());
        made_by
            .into_iter()
            .chain(majors)
            .find_map(|major| Self::in_directory(&versions.join(major.to_string()).join("bin")))
    }

    fn along(path: &OsStr) -> Option<Self> {
        env::split_paths(&OsString::from(path)).find_map(|directory| {
            // A link on `PATH` leads to the directory with the other programs.
            let initdb = fs::canonicalize(directory.join("initdb")).ok()?;
            Self::in_directory(initdb.parent()?)
        })
    }

    fn in_directory(directory: &Path) -> Option<Self> {
        let complete = ["initdb", "postgres"].iter().all(|name| directory.join(name).is_file());
        if complete { fs::canonicalize(directory).ok().map(Self) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn install(root: &Path, directory: &str) -> PathBuf {
        let bin = root.join(directory);
        fs::create_dir_all(&bin).unwrap();
        for program in ["initdb", "postgres"] {
            fs::write(bin.join(program), "").unwrap();
        }
        fs::canonicalize(bin).unwrap()
    }

    #[test]
    fn the_newest_version_is_taken_unless_an_older_one_made_the_cluster() {
        let root = tempfile::tempdir().unwrap();
        let nine = install(root.path(), "9/bin");
        let fifteen = install(root.path(), "15/bin");
        fs::create_dir_all(root.path().join("16/bin")).unwrap(); // client programs only
        let found = |version| Binaries::of_debian(root.path(), version);
        assert_eq!(found(None), Some(Binaries(fifteen.clone())));
        assert_eq!(found(Some("9")), Some(Binaries(nine)));
        assert_eq!(found(Some("12")), Some(Binaries(fifteen)));
    }

    #[test]
    fn a_link_on_the_path_leads_to_the_real_directory() {
        let root = tempfile::tempdir().unwrap();
        let real = install(root.path(), "real");
        let links = root.path().join("links");
        fs::create_dir(&links).unwrap();
        symlink(real.join("initdb"), links.join("initdb")).unwrap();
        let path = env::join_paths([root.path().join("nothing"), links]).unwrap();
        assert_eq!(Binaries::along(&path), Some(Binaries(real)));
    }
}
