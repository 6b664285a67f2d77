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

/// What is odd about a text that is no key or nonce, when its cause can be told: `fits` says whether bytes
/// are what was expected. Otherwise the error stays as it is.
pub(crate) fn diagnose(text: &str, error: Error, fits: impl Fn(&[u8]) -> bool) -> Error {
    if text.contains(' ') {
        // A form takes '+' for a blank.
        let restored = STANDARD.decode(text.replace(' ', "+")).map(Zeroizing::new);
        return if restored.is_ok_and(|bytes| fits(&bytes)) { Error::LostPlus } else { error };
    }
    let mut decoded = STANDARD.decode(text).map(Zeroizing::new);
    while let Ok(bytes) = decoded {
        decoded = STANDARD.decode(bytes.trim_ascii()).map(Zeroizing::new);
        if decoded.as_ref().is_ok_and(|bytes| fits(bytes)) {
            return Error::EncodedTwice;
        }
        // Nothing decodes to nothing, for ever.
        if decoded.as_ref().is_ok_and(|bytes| bytes.is_empty()) {
            break;
        }
    }
    error
}

/// Standard base64, padded, one line.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
