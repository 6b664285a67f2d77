//! Base64 of attachments, which are by far the longest texts of a document.

/// Whether `text` is base64 in the common alphabet, padded; blanks may stand anywhere.
pub(super) fn is_base64(text: &str) -> bool {
    let bytes = text.as_bytes();
    // The usual case first: one run of letters, which the compiler checks many at a time.
    let body = bytes.strip_suffix(b"==").or_else(|| bytes.strip_suffix(b"=")).unwrap_or(bytes);
    let is_run =
        body.chunks(64).all(|chunk| chunk.iter().fold(true, |ok, byte| ok & is_letter(*byte)));
    if is_run {
        return !bytes.is_empty() && bytes.len().is_multiple_of(4);
    }
    is_base64_with_blanks(bytes)
}

fn is_base64_with_blanks(bytes: &[u8]) -> bool {
    let (mut letters, mut pads) = (0_usize, 0_usize);
    for byte in bytes.iter().filter(|byte| !byte.is_ascii_whitespace()) {
        match byte {
            b'=' => pads += 1,
            letter if is_letter(*letter) && pads == 0 => letters += 1,
            _ => return false,
        }
    }
    letters > 0 && pads <= 2 && (letters + pads).is_multiple_of(4)
}

/// How many bytes the base64 stands for; nothing when it is no base64.
pub(in crate::validate) fn decoded_len(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let blanks = bytes.iter().filter(|byte| byte.is_ascii_whitespace()).count();
    // Behind the letters there are only pads and blanks.
    let tail = bytes.iter().rev().take_while(|byte| !is_letter(**byte));
    let pads = tail.filter(|byte| !byte.is_ascii_whitespace()).count();
    is_base64(text).then(|| (bytes.len() - blanks) / 4 * 3 - pads)
}

#[inline]
fn is_letter(byte: u8) -> bool {
    let is_alphabetic = (byte | 0x20).wrapping_sub(b'a') < 26;
    let is_digit = byte.wrapping_sub(b'0') < 10;
    let is_sign = matches!(byte, b'+' | b'/');
    is_alphabetic || is_digit || is_sign
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_behind_base64_are_counted() {
        for (text, count) in [("QQ==", 1), ("QUI=", 2), ("QUJD\n QUJD", 6)] {
            assert_eq!(decoded_len(text), Some(count), "{text}");
        }
        assert_eq!(decoded_len("QQ"), None);
    }

    #[test]
    fn only_padded_base64_passes() {
        let long = "QUJD".repeat(100);
        for sound in ["QQ==", "QUI=", "QUJD", "QUJD\nQUI=\n", " Q U J D ", "+/+/", &long] {
            assert!(is_base64(sound), "{sound}");
        }
        for wrong in
            ["", " ", "Q", "QQ", "QQ=", "QQ===", "Q=Q=", "QUJD=", "QUJ*", "QUJ-", "====", "=QUI"]
        {
            assert!(!is_base64(wrong), "{wrong}");
        }
    }
}
