//! The account that runs a server. PostgreSQL refuses to run as root, and no other server should.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::error::LaunchError;

/// An account of this machine that is not root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// Accounts that root may run a server as, in order of preference.
///
/// `postgres` comes with the server's package. `nobody` is used if only the files of the package were
/// unpacked.
const PREFERRED: [&str; 2] = ["postgres", "nobody"];

impl Account {
    /// Returns the accounts to choose from when started as root, in order of preference.
    pub(crate) fn candidates() -> Result<Vec<Self>, LaunchError> {
        // Without the file there are no accounts; the error `NoAccount` says enough.
        let found = Self::in_passwd(&fs::read_to_string("/etc/passwd").unwrap_or_default());
        if found.is_empty() { Err(LaunchError::NoAccount) } else { Ok(found) }
    }

    /// Whether the mode bits let the account enter a directory. Access control lists are not checked.
    pub(crate) fn may_pass(&self, directory: &Metadata) -> bool {
        let bit = if directory.uid() == self.uid {
            0o100
        } else if directory.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        directory.mode() & bit != 0
    }

    /// Whether the account may enter every directory above a file.
    pub(crate) fn may_reach(&self, file: &Path) -> bool {
        file.ancestors()
            .skip(1)
            .all(|above| fs::metadata(above).is_ok_and(|metadata| self.may_pass(&metadata)))
    }

    fn in_passwd(passwd: &str) -> Vec<Self> {
        let accounts: Vec<Self> = passwd.lines().filter_map(Self::from_line).collect();
        PREFERRED
            .iter()
            .filter_map(|name| accounts.iter().find(|account| account.name == *name).cloned())
            .collect()
    }

    /// Parses one line, `name:password:uid:gid:…`. `None` if the line is broken or the uid is 0.
    fn from_line(line: &str) -> Option<Self> {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != 0).then_some(Self { name, uid, gid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_is_preferred_and_root_is_never_chosen() {
        let names = |passwd| -> Vec<String> {
            Account::in_passwd(passwd).into_iter().map(|account| account.name).collect()
        };
        assert_eq!(
            names("root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:\npostgres:x:101:104::/:\n"),
            ["postgres", "nobody"]
        );
        assert_eq!(names("postgres:x:0:0::/:\nnobody:x:65534:65534::/:\n"), ["nobody"]);
        assert_eq!(names("daemon:x:1:1::/:\nbroken line\n"), [""; 0]);
    }
}
