//! Which seal keys are trusted, and where seals were published.

use std::path::{Path, PathBuf};

use anyhow::Context;
use hip_infra::config::text_file;
use hip_infra::postgres::seals::published;
use hip_proof::{PublicKeys, Published, SigningKey};
use zeroize::Zeroizing;

use crate::database::seals_file;
use crate::output::{ExitStatus, print_line};

/// The key that `hip serve` creates in the data directory if the configuration names none.
const SEAL_KEY_FILE: &str = "seal-key.pem";

/// The trusted keys.
#[derive(clap::Args)]
pub(super) struct Trust {
    /// File with a trusted public key; may be given more than once. Default: the key
    /// of this machine's own seals.
    #[arg(long = "public-key", value_name = "FILE")]
    public_keys: Vec<PathBuf>,
}

impl Trust {
    /// The trusted keys; empty if this machine has none and none was given.
    pub(super) fn keys(&self, data_dir: &Path) -> anyhow::Result<PublicKeys> {
        let mut keys = PublicKeys::default();
        for path in &self.public_keys {
            let pem = text_file::read_to_string(path);
            let pem = pem.with_context(|| format!("{} cannot be read", path.display()))?;
            keys.add_pem(&pem).with_context(|| path.display().to_string())?;
        }
        if self.public_keys.is_empty()
            && let Some(own) = own_key(data_dir)?
        {
            return Ok(own.public());
        }
        Ok(keys)
    }
}

/// The published seals: from the named file, else from that of this machine.
pub(super) fn published_seals(
    given: Option<&Path>,
    data_dir: &Path,
) -> anyhow::Result<Option<Vec<Published>>> {
    let own = seals_file(data_dir);
    let path = given.or_else(|| own.exists().then_some(&own));
    path.map(published).transpose().map_err(Into::into)
}

/// `HIP_SEAL_KEY`, or the key in the data directory; never creates one.
pub(super) fn own_key(data_dir: &Path) -> anyhow::Result<Option<SigningKey>> {
    let pem = if let Ok(pem) = std::env::var("HIP_SEAL_KEY") {
        Zeroizing::new(pem)
    } else {
        let path = data_dir.join(SEAL_KEY_FILE);
        if !path.exists() {
            return Ok(None);
        }
        let pem = text_file::read_to_string(&path);
        Zeroizing::new(pem.with_context(|| format!("{} cannot be read", path.display()))?)
    };
    Ok(Some(SigningKey::from_pem(&pem)?))
}

pub(super) fn print_public_key(data_dir: &Path) -> anyhow::Result<ExitStatus> {
    let key = own_key(data_dir)?.context(
        "there is no key here: set HIP_SEAL_KEY or HIP_DATA_DIR, or read the .pub file beside [seals] key_file",
    )?;
    print_line(key.public_pem().trim_end());
    Ok(ExitStatus::Success)
}
