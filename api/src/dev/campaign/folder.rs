//! Where the files of one run are.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::TempDir;

/// A folder that goes with this value, unless it is kept. Others may pass through it: the account that runs
/// the database has its data below.
pub(super) struct Folder(TempDir);

impl Folder {
    pub(super) fn create() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("hip-campaign-")
            .tempdir()
            .context("no room for temporary files")?;
        std::fs::set_permissions(folder.path(), Permissions::from_mode(0o711))?;
        Ok(Self(folder))
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Lets it stay when the program ends.
    pub(super) fn keep(self) -> PathBuf {
        self.0.keep()
    }
}
