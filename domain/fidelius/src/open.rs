//! The receiving side, for tests, vectors and tools.

use zeroize::Zeroizing;

use crate::session::Session;
use crate::{Error, Nonce, PrivateKey, PublicKey};

/// Open one page: `content` is the decoded ciphertext followed by its 16-byte tag.
///
/// The tag is verified before a byte is decrypted. The secret is always hashed at its full 32 bytes:
/// a peer that drops leading zeros isn't indulged.
///
/// # Errors
///
/// [`Error::DialectMismatch`], [`Error::Reflection`], [`Error::CiphertextTooShort`]; [`Error::Tag`] for
/// everything that has to do with the content.
pub fn open(
    own_private: &PrivateKey,
    own_nonce: &Nonce,
    peer: &PublicKey,
    peer_nonce: &Nonce,
    content: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let secret = own_private.agree(peer)?;
    if own_nonce == peer_nonce || peer.is_reflection_of(&own_private.public_key()) {
        return Err(Error::Reflection);
    }
    Session::derive(&secret, own_nonce, peer_nonce).decrypt(content)
}
