//! An HIU's key material: checked when it asks, and again before anything is encrypted for it.

use abdm_fidelius::{Error, PeerMaterial};
use chrono::{DateTime, Utc};
use hip_domain::transfer::HiuKey;

/// The material, if it can be used at `now`; an error that says why it cannot.
pub(crate) fn check(key: &HiuKey, now: DateTime<Utc>) -> Result<PeerMaterial, Error> {
    PeerMaterial::parse(&key.algorithm, &key.curve, &key.key_value, &key.nonce, &key.expiry, now)
}
