//! Text files that users supply. Some editors and spreadsheets write a byte order mark before
//! UTF-8; it is not part of the text.

use std::io;
use std::path::Path;

/// The byte order mark, in UTF-8.
const MARK: &str = "\u{feff}";

/// A text without its byte order mark.
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix(MARK).unwrap_or(text)
}

/// The same for bytes that may not be text.
pub fn bytes_without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(MARK.as_bytes()).unwrap_or(bytes)
}

/// Reads a file of UTF-8.
///
/// # Errors
///
/// It cannot be read, or is not UTF-8.
pub fn read_to_string(path: &Path) -> io::Result<String> {
    let mut text = std::fs::read_to_string(path)?;
    text.drain(..text.len() - without_mark(&text).len());
    Ok(text)
}

/// Reads a file that may not be text.
///
/// # Errors
///
/// It cannot be read.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = std::fs::read(path)?;
    bytes.drain(..bytes.len() - bytes_without_mark(&bytes).len());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_mark_in_front_is_skipped_and_only_one() {
        for (text, rest) in [
            ("\u{feff}listen", "listen"),
            ("listen", "listen"),
            ("", ""),
            ("\u{feff}", ""),
            ("\u{feff}\u{feff}a", "\u{feff}a"),
            ("a\u{feff}", "a\u{feff}"),
        ] {
            assert_eq!(without_mark(text), rest);
            assert_eq!(bytes_without_mark(text.as_bytes()), rest.as_bytes());
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            assert_eq!(read_to_string(file.path()).unwrap(), rest);
            assert_eq!(read(file.path()).unwrap(), rest.as_bytes());
        }
    }
}
