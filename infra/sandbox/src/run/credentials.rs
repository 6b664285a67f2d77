//! The client id and secret of the bridge.

use crate::run::draw::Draw;

/// The client id and secret that `POST /gateway/v3/sessions` accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// `clientId`
    pub client_id: String,
    /// `clientSecret`. Derived from the seed, so it stays the same after a restart.
    pub client_secret: String,
}

impl Credentials {
    pub(crate) fn from_seed(seed: u64) -> Self {
        // A separate generator: the secret must not depend on how many ids were drawn before.
        let secret: [u8; 16] = Draw::new(seed, u64::MAX).bytes();
        Self {
            client_id: format!("SBXID_{:06}", seed % 1_000_000),
            client_secret: hex::encode(secret),
        }
    }
}
