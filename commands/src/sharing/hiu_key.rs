//! Checks the key material of an HIU at the request and before each encryption.

use abdm_fidelius::{Error, PeerMaterial};
use chrono::{DateTime, Utc};
use hip_domain::transfer::HiuKey;

/// The key material, if it can be used at `now`.
pub(crate) fn check(key: &HiuKey, now: DateTime<Utc>) -> Result<PeerMaterial, Error> {
    PeerMaterial::parse(&key.algorithm, &key.curve, &key.key_value, &key.nonce, &key.expiry, now)
}
