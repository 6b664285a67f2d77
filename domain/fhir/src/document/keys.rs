//! Names for the several documents of one kind.

use std::collections::HashMap;

use sha2::{Digest as _, Sha256};

/// Hands out keys, each once.
///
/// A key is made from what lasts when a visit is amended: the number of a test, the content of a
/// paper. The place in the list does not last, so it decides only between two that are alike.
#[derive(Default)]
pub(super) struct Keys(HashMap<String, u32>);

impl Keys {
    /// `lab-21`, and `lab-21-2` for the second of that number.
    pub(super) fn numbered(&mut self, what: &str, number: i64) -> String {
        self.once(format!("{what}-{number}"))
    }

    /// `scan-5e884898`: the text itself may be a patient's, and is not told in an identifier.
    pub(super) fn digested(&mut self, what: &str, text: &str) -> String {
        let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        let [a, b, c, d, ..] = digest;
        self.once(format!("{what}-{a:02x}{b:02x}{c:02x}{d:02x}"))
    }

    fn once(&mut self, key: String) -> String {
        let count = self.0.entry(key.clone()).or_default();
        *count += 1;
        if *count == 1 { key } else { format!("{key}-{count}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_that_are_alike_get_different_keys() {
        let mut keys = Keys::default();
        assert_eq!(keys.numbered("lab", 21), "lab-21");
        assert_eq!(keys.numbered("lab", 22), "lab-22");
        assert_eq!(keys.numbered("lab", 21), "lab-21-2");
        let first = keys.digested("scan", "AAAA");
        assert_eq!(first.len(), "scan-".len() + 8);
        assert_eq!(keys.digested("scan", "AAAA"), format!("{first}-2"));
    }
}
