//! What seals the log.

use std::sync::Arc;

use anyhow::Context;
use hip_infra::seals::{Sealer, read_or_create};
use hip_proof::SigningKey;
use secrecy::ExposeSecret;

use super::Composed;

/// The sealer, when there is a key and a place to publish to. `hip serve` has defaults for both.
pub(crate) fn sealer(composed: &Composed) -> anyhow::Result<Option<Sealer>> {
    let section = &composed.config.seals;
    let key = match (&composed.secrets.seal_key, &section.key_file) {
        (Some(pem), _) => {
            SigningKey::from_pem(pem.expose_secret()).context("HIP_SEAL_KEY cannot be used")?
        }
        (None, Some(file)) => read_or_create(file)?,
        (None, None) => return Ok(None),
    };
    Ok(section.publish.as_ref().map(|journal| Sealer {
        pool: composed.pool.clone(),
        key,
        clock: Arc::clone(&composed.provider.clock),
        pace: section.pace(),
        journal: journal.clone(),
    }))
}
