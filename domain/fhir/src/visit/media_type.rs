//! What an attachment is, whatever it is called.
//!
//! A mislabelled attachment is accepted and sent under the media type of its bytes: the visit that
//! holds it may be in the log already.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::attachment::without_white_space;

/// How much of an attachment is looked at, in letters of base64: signatures are within 1 KiB.
const HEAD_LETTERS: usize = 1_600;

/// What the first bytes of an attachment say about its media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// They are of the media type.
    Fits,
    /// They are of another one.
    Other(&'static str),
    /// They have no signature that is known.
    Unknown,
}

/// The media type to send an attachment under.
pub(crate) fn actual<'a>(media_type: &'a str, data: &str) -> Cow<'a, str> {
    match content(media_type, data) {
        Content::Other(actual) => actual.into(),
        Content::Fits | Content::Unknown => media_type.into(),
    }
}

/// Looks at the start of the base64 `data`.
pub(crate) fn content(media_type: &str, data: &str) -> Content {
    let letters = data.bytes().filter(|byte| !byte.is_ascii_whitespace()).take(HEAD_LETTERS);
    let head = letters.map(char::from).collect::<String>();
    let Ok(bytes) = STANDARD.decode(without_white_space(head)) else {
        return Content::Unknown;
    };
    let signature = infer::get(&bytes).map(|kind| kind.mime_type());
    if media_type == "text/plain" {
        // Words may look like any signature of two letters, but hold no zero byte.
        let known = signature.filter(|kind| BINARY.contains(kind));
        let is_text = !bytes.contains(&0);
        return known
            .map_or(if is_text { Content::Fits } else { Content::Unknown }, Content::Other);
    }
    match signature {
        Some(kind) if kind == media_type => Content::Fits,
        Some(kind) => Content::Other(kind),
        None => Content::Unknown,
    }
}

/// The media types of a visit document other than plain text.
const BINARY: [&str; 4] = ["application/pdf", "image/png", "image/jpeg", "application/dicom"];

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(media_type: &str, bytes: &[u8]) -> Content {
        content(media_type, &STANDARD.encode(bytes))
    }

    #[test]
    fn the_bytes_decide() {
        let (jpeg, png) = (&b"\xff\xd8\xff\xe0rest"[..], &b"\x89PNG\r\n\x1a\nrest"[..]);
        let dicom = [&[0; 128][..], b"DICM"].concat();
        assert_eq!(seen("image/jpeg", jpeg), Content::Fits);
        assert_eq!(seen("image/png", jpeg), Content::Other("image/jpeg"));
        assert_eq!(seen("image/jpeg", png), Content::Other("image/png"));
        assert_eq!(seen("application/pdf", png), Content::Other("image/png"));
        assert_eq!(seen("application/pdf", b"\n%PDF-1.7"), Content::Fits);
        assert_eq!(seen("application/dicom", &dicom), Content::Fits);
        assert_eq!(seen("image/png", b"GIF89a rest"), Content::Other("image/gif"));
        assert_eq!(seen("image/png", b"no signature"), Content::Unknown);
        assert_eq!(seen("text/plain", "BMI: दर्द".as_bytes()), Content::Fits);
        assert_eq!(seen("text/plain", b"%PDF-1.7"), Content::Other("application/pdf"));
        assert_eq!(seen("text/plain", &dicom), Content::Other("application/dicom"));
        assert_eq!(seen("text/plain", b"a\0b"), Content::Unknown);
    }
}
