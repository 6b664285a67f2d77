//! Creates the sealer of the log.

use std::sync::Arc;

use anyhow::Context;
use hip_infra::postgres::seals::{Sealer, kept, read_or_create};
use hip_proof::SigningKey;
use secrecy::ExposeSecret;

use super::App;

/// The sealer, if there is a key and a file to publish to. `hip serve` has defaults for both.
pub(crate) async fn sealer(app: &App) -> anyhow::Result<Option<Sealer>> {
    let section = &app.config.seals;
    let key = match (&app.secrets.seal_key, &section.key_file) {
        (Some(pem), _) => {
            SigningKey::from_pem(pem.expose_secret()).context("HIP_SEAL_KEY cannot be used")?
        }
        (None, Some(file)) => {
            let (key, is_new) = read_or_create(file)?;
            if is_new && !kept(&app.pool, 0, 1).await?.is_empty() {
                tracing::error!(
                    path = %file.display(),
                    "the key of the seals was missing, and a new one was made: bring the old one back, or give auditors the new public key beside the old one"
                );
            }
            key
        }
        (None, None) => return Ok(None),
    };
    Ok(section.publish.as_ref().map(|journal| Sealer {
        pool: app.pool.clone(),
        key,
        clock: Arc::clone(&app.ports.clock),
        pace: section.pace(),
        journal: journal.clone(),
    }))
}
