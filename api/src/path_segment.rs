//! References of the network in URL paths.

/// Encodes a text as one path segment: care context references may contain `/`, blanks and brackets.
pub(crate) fn path_segment(text: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    // Form encoding writes a blank as a plus sign, which a path would keep.
    encoded.replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_stays_one() {
        assert_eq!(path_segment("30000000000104729"), "30000000000104729");
        assert_eq!(path_segment("OPD-2026.12"), "OPD-2026.12");
        assert_eq!(path_segment("MRN/2026 (1)+?"), "MRN%2F2026%20%281%29%2B%3F");
    }
}
