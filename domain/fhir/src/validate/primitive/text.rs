//! Texts of a certain form: codes, ids, addresses.

/// What R4 allows in one text.
const TEXT_BYTES_MAX: usize = 1024 * 1024;

const ID_CHARS_MAX: usize = 64;

#[inline]
pub(super) fn has_good_length(text: &str) -> bool {
    !text.is_empty() && text.len() <= TEXT_BYTES_MAX
}

/// Whether all bytes are like that. It never ends early, so that sixteen of them are looked at at once.
#[inline]
fn every(text: &str, is_good: impl Fn(u8) -> bool) -> bool {
    text.bytes().fold(true, |so_far, byte| so_far & is_good(byte))
}

/// No control characters but tabs and new lines.
pub(super) fn is_printable(text: &str) -> bool {
    every(text, |byte| byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r'))
}

/// No blank at either end, and never two in a row.
#[inline]
pub(super) fn is_code(text: &str) -> bool {
    let is_word = |byte| byte > b' ';
    if text.is_empty() {
        return false;
    }
    every(text, is_word) || text.split(' ').all(|word| !word.is_empty() && every(word, is_word))
}

#[inline]
pub(crate) fn is_id(text: &str) -> bool {
    (1..=ID_CHARS_MAX).contains(&text.len())
        && every(text, |byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
}

#[inline]
pub(super) fn is_uri(text: &str) -> bool {
    !text.is_empty() && every(text, |byte| byte > b' ')
}

/// A scheme in small letters, a colon, and something behind it.
#[inline]
pub(crate) fn is_absolute_uri(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_of_scheme =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    let scheme = bytes.iter().take_while(|byte| is_of_scheme(**byte)).count();
    bytes.first().is_some_and(u8::is_ascii_lowercase)
        && bytes.get(scheme) == Some(&b':')
        && bytes.len() > scheme + 1
        && is_uri(text)
}

/// The address of a system of codes or identifiers.
pub(super) fn is_system(text: &str) -> bool {
    ["http:", "https:", "urn:"].iter().any(|scheme| text.starts_with(scheme))
        && is_absolute_uri(text)
}

pub(super) fn is_oid(text: &str) -> bool {
    let is_arc = |arc: &str| {
        !arc.is_empty()
            && arc.bytes().all(|byte| byte.is_ascii_digit())
            && (arc == "0" || !arc.starts_with('0'))
    };
    text.strip_prefix("urn:oid:").is_some_and(|arcs| {
        arcs.starts_with(['0', '1', '2']) && arcs.contains('.') && arcs.split('.').all(is_arc)
    })
}

/// Hyphenated, in small letters.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_single_blanks_inside_only() {
        assert!(is_code("final") && is_code("entered in error") && is_code("°C"));
        for wrong in ["", " final", "final ", "a  b", "a\tb", " "] {
            assert!(!is_code(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn ids_addresses_and_uuids_have_their_forms() {
        assert!(is_id("a-1.B") && !is_id("") && !is_id("a_b") && !is_id(&"a".repeat(65)));
        assert!(is_uri("urn:x") && is_uri("MedicationRequest") && !is_uri("a b") && !is_uri(""));
        for absolute in ["http://a.example", "urn:oid:1.2", "urn:iso:std:iso:4217", "mailto:a"] {
            assert!(is_absolute_uri(absolute), "{absolute}");
        }
        for relative in
            ["", "a", "a.example", "Patient/1", ":a", "http:", "HTTP://a", "1a:b", "a:b c"]
        {
            assert!(!is_absolute_uri(relative), "{relative}");
        }
        assert!(is_system("http://loinc.org") && is_system("urn:oid:1.2"));
        assert!(!is_system("htp://loinc.org") && !is_system("loinc.org") && !is_system("urn:"));
        assert!(is_oid("urn:oid:2.16.840") && !is_oid("urn:oid:3.1") && !is_oid("urn:oid:1.02"));
        assert!(is_uuid("305fecc2-4ba2-46cc-9ccd-efa755aff51d"));
        assert!(!is_uuid("305FECC2-4ba2-46cc-9ccd-efa755aff51d") && !is_uuid("305fecc2"));
        assert!(is_printable("a\n\tb") && !is_printable("a\u{0}b"));
        assert!(has_good_length("a") && !has_good_length(""));
    }
}
