//! Detects reused keys and nonces of the HIP.
//!
//! A key and a nonce may be used for one page only. A second message with the same pair would reveal the
//! XOR of both plaintexts and permit forgery. So a reuse of either is a violation, also in another
//! transaction, unless the bytes are identical.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// What a key or a nonce was used for: transaction, page, digest of the encrypted entries.
type Use = (String, i64, [u8; 32]);

#[derive(Default)]
pub(crate) struct Used {
    keys: BTreeMap<Vec<u8>, Use>,
    nonces: BTreeMap<String, Use>,
}

impl Used {
    /// Records a page's key and nonce (both in base64). Returns a violation for each that was used before.
    pub(super) fn remember(
        &mut self,
        key_value: &str,
        nonce: &str,
        transaction_id: &str,
        page_number: i64,
        entries: &str,
    ) -> Vec<String> {
        let digest = Sha256::digest(entries).into();
        let this = (transaction_id.to_owned(), page_number, digest);
        let mut found = vec![];
        if *self.keys.entry(bare_key(key_value)).or_insert_with(|| this.clone()) != this {
            found.push("a public key of the HIP was used twice".to_owned());
        }
        if *self.nonces.entry(nonce.to_owned()).or_insert_with(|| this.clone()) != this {
            found.push("a nonce of the HIP was used twice".to_owned());
        }
        found
    }
}

/// The last 32 bytes of a key, so that the same key in two encodings is recognised.
fn bare_key(key_value: &str) -> Vec<u8> {
    let bytes = STANDARD.decode(key_value).unwrap_or_else(|_| key_value.into());
    bytes[bytes.len().saturating_sub(32)..].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_page_may_come_again_and_nothing_else() {
        let mut used = Used::default();
        assert!(used.remember("key", "nonce", "t", 1, "entries").is_empty());
        assert!(used.remember("key", "nonce", "t", 1, "entries").is_empty());
        assert_eq!(used.remember("key", "nonce", "t", 1, "others").len(), 2);
        assert_eq!(used.remember("key 2", "nonce", "t", 2, "entries").len(), 1);
        assert_eq!(used.remember("key", "nonce 2", "u", 1, "entries").len(), 1);
    }
}
