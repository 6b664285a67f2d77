//! The folder for the files of one run.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use tempfile::TempDir;

/// A folder that is removed on drop, unless it is kept.
///
/// Other accounts may pass through it, because the account of the database has its data below.
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

    /// Keeps the folder when the program ends.
    pub(super) fn keep(self) -> PathBuf {
        self.0.keep()
    }
}
