//! Whether an attachment is what it says it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::attachment::without_white_space;
use super::error::{Found, Rule};
use super::path::Path;
use super::present;

/// How much of an attachment is looked at, in letters of base64: signatures are within 1 KiB.
const HEAD_LETTERS: usize = 1_600;

/// What the first bytes of an attachment say about its media type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// They are of the media type.
    Fits,
    /// They are of another one.
    IsOther,
    /// They have no signature that is known.
    Unknown,
}

/// Refuses attachments whose bytes are of another media type than the one given.
pub(super) fn check(document: &Value, found: &mut Found) {
    let list = |name| present(document, &[name]).and_then(Value::as_array).into_iter().flatten();
    for (index, scan) in list("documents").enumerate() {
        let mut path = Path::of(&["documents"]);
        path.push_item(index);
        check_one(scan, &path, found);
    }
    for (index, report) in list("imagingReports").enumerate() {
        if let Some(image) = report.get("image") {
            let mut path = Path::of(&["imagingReports"]);
            path.push_item(index);
            path.push_name("image");
            check_one(image, &path, found);
        }
    }
}

fn check_one(attachment: &Value, path: &Path, found: &mut Found) {
    let text = |name| attachment.get(name).and_then(Value::as_str);
    if let (Some(media_type), Some(data)) = (text("contentType"), text("data"))
        && content(media_type, data) == Content::IsOther
    {
        let message = "must be the media type of the bytes in data, which are of another one";
        found.add(path.join("contentType"), Rule::Format, message);
    }
}

/// Looks at the start of the base64 `data`.
pub(crate) fn content(media_type: &str, data: &str) -> Content {
    let letters = data.bytes().filter(|byte| !byte.is_ascii_whitespace()).take(HEAD_LETTERS);
    let head = letters.map(char::from).collect::<String>();
    let Ok(bytes) = STANDARD.decode(without_white_space(head)) else {
        // Not base64: reported as such.
        return Content::Unknown;
    };
    if media_type == "text/plain" {
        return if is_text(&bytes) { Content::Fits } else { Content::IsOther };
    }
    let media_type = if media_type == "image/jpg" { "image/jpeg" } else { media_type };
    match infer::get(&bytes).map(|kind| kind.mime_type()) {
        Some(kind) if kind == media_type => Content::Fits,
        Some(_) => Content::IsOther,
        None => Content::Unknown,
    }
}

/// Text in any encoding that hospitals use has no zero byte; other formats here have one early, or a
/// signature.
fn is_text(bytes: &[u8]) -> bool {
    let others = [&b"%PDF"[..], b"\x89PNG", b"\xff\xd8\xff"];
    !bytes.contains(&0) && !others.iter().any(|signature| bytes.starts_with(signature))
}

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
        assert_eq!(seen("image/jpg", jpeg), Content::Fits);
        assert_eq!(seen("image/png", jpeg), Content::IsOther);
        assert_eq!(seen("image/jpeg", png), Content::IsOther);
        assert_eq!(seen("application/pdf", png), Content::IsOther);
        assert_eq!(seen("application/pdf", b"\n%PDF-1.7"), Content::Fits);
        assert_eq!(seen("application/dicom", &dicom), Content::Fits);
        assert_eq!(seen("image/png", b"GIF89a rest"), Content::IsOther);
        assert_eq!(seen("image/png", b"no signature"), Content::Unknown);
        assert_eq!(seen("text/plain", "BMI: दर्द".as_bytes()), Content::Fits);
        assert_eq!(seen("text/plain", b"%PDF-1.7"), Content::IsOther);
        assert_eq!(seen("text/plain", &dicom), Content::IsOther);
    }
}
