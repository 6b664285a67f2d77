//! Passwords of the server's users: random, each in a file that only its owner may read.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rand::TryRng;
use rand::rngs::SysRng;

use crate::error::LaunchError;

/// Random bytes in a password: too many to guess.
const BYTES: usize = 32;

/// A password in hexadecimal digits, so that it needs no quoting in SQL or in a URL.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Password(String);

impl Password {
    pub(crate) fn random() -> Self {
        let mut bytes = [0; BYTES];
        SysRng.try_fill_bytes(&mut bytes).expect("the operating system gives random bytes");
        Self(hex::encode(bytes))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the password from a file. `None` if there is no such file or it has other content.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, LaunchError> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(LaunchError::io("read", path))?,
        };
        let is_whole = text.len() == 2 * BYTES && text.bytes().all(|it| it.is_ascii_hexdigit());
        Ok(is_whole.then_some(Self(text)))
    }

    /// Writes the password to a file, completely or not at all. Replaces an existing file.
    pub(crate) fn write(&self, path: &Path) -> Result<(), LaunchError> {
        let unfinished = path.with_added_extension("unfinished");
        let written = remove_if_there(&unfinished).and_then(|()| {
            // `create_new`: never writes to a file that another process has opened.
            let mut file =
                File::options().create_new(true).write(true).mode(0o600).open(&unfinished)?;
            file.write_all(self.0.as_bytes())?;
            file.sync_all()?;
            fs::rename(&unfinished, path)
        });
        written.map_err(LaunchError::io("write", path))
    }
}

/// Does not show the password.
impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

pub(crate) fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_password_is_read_again_and_only_its_owner_may_read_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("password");
        assert_eq!(Password::read(&path).unwrap(), None);
        let password = Password::random();
        fs::write(path.with_added_extension("unfinished"), "of a start that was killed").unwrap();
        password.write(&path).unwrap();
        assert_eq!(Password::read(&path).unwrap(), Some(password.clone()));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!format!("{password:?}").contains(password.as_str()));
        fs::write(&path, "short").unwrap();
        assert_eq!(Password::read(&path).unwrap(), None);
    }
}
