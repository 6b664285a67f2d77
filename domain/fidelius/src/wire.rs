//! Base64 as ABDM puts it on the wire, with the length checked before anything is decoded.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::Error;

/// Decode standard padded base64 of at most `length_max` characters; anything longer is `too_long`.
///
/// Zeroised on drop, because private keys come this way too.
pub(crate) fn decode(
    text: &str,
    length_max: usize,
    too_long: Error,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    if text.len() > length_max {
        return Err(too_long);
    }
    STANDARD.decode(text).map(Zeroizing::new).map_err(|_| Error::Base64)
}

/// Standard base64, padded, one line.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
