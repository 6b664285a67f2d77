//! The form of an API key: a key that could be guessed is not accepted.

/// Minimum number of characters. A key of this length cannot be guessed, though a key
/// in base64 or hex needs more to hold 32 bytes; `hip key new` makes such keys.
const LENGTH_MIN: usize = 32;

/// Minimum number of different characters. A random key has more, except one in 10⁶.
const DIFFERENT_MIN: usize = 12;
const HEX_DIFFERENT_MIN: usize = 8;

/// The length of 32 bytes in base64, without padding.
const BASE64_LENGTH: usize = 43;

/// Prefix of the keys that `hip key new` makes.
pub const KEY_PREFIX: &str = "hip_";

/// Whether a key has at least 32 printable characters and enough different ones. This detects repetition; it
/// cannot detect a lack of randomness.
pub(super) fn is_long_enough(key: &str) -> bool {
    let secret = secret_of(key);
    let different_min = if is_hex(secret) { HEX_DIFFERENT_MIN } else { DIFFERENT_MIN };
    secret.bytes().all(|byte| byte.is_ascii_graphic())
        && secret.len() >= LENGTH_MIN
        && different(secret) >= different_min
}

/// Whether this may be one of our keys, correct or mistyped: one of `hip key new`, or 32 bytes in base64.
/// Only hex digits may be a session key of AMRIT, which has that form.
pub(crate) fn may_be_ours(key: &str) -> bool {
    let secret = secret_of(key);
    let is_base64 = secret
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/'));
    let is_key = is_base64 && !is_hex(secret) && secret.len() >= BASE64_LENGTH;
    key.starts_with(KEY_PREFIX) || (is_key && is_long_enough(key))
}

/// The secret part of a key, without the known prefix.
fn secret_of(key: &str) -> &str {
    key.strip_prefix(KEY_PREFIX).unwrap_or(key).trim_end_matches('=')
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Number of different characters in an ASCII text.
fn different(text: &str) -> usize {
    let mut bytes: Vec<u8> = text.bytes().collect();
    bytes.sort_unstable();
    bytes.dedup();
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_32_random_bytes_is_long_enough_in_each_of_its_usual_forms() {
        for key in [
            "hip_3q2-7wAq0jB9Kx1mZf4Tn8VuYcEoLhRg5WsXpI6dQyA",
            "3q2-7wAq0jB9Kx1mZf4Tn8VuYcEoLhRg5WsXpI6dQyA",
            "3q2+7wAq0jB9Kx1mZf4Tn8VuYcEoLhRg5WsXpI6dQyA=",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08",
        ] {
            assert!(is_long_enough(key), "{key}");
        }
    }

    #[test]
    fn a_key_of_32_characters_that_differ_is_long_enough() {
        for key in ["3q2-7wAq0jB9Kx1mZf4Tn8VuYcEoLhRg", "ward-key-0123456789abcdef01234567"] {
            assert!(is_long_enough(key), "{key}");
            assert!(!may_be_ours(key), "{key}");
        }
    }

    #[test]
    fn a_key_that_can_be_found_by_trying_is_refused() {
        for key in [
            "",
            "x",
            "hip_",
            "hip_3q2-7wAq0jB9Kx1m",
            // One character short.
            "3q2-7wAq0jB9Kx1mZf4Tn8VuYcEoLhR",
            "hip_3q2-7wAq0jB9Kx1mZf4Tn8VuYcEoLhR",
            "9f86d081884c7d659a2feaa0c55ad01",
            // Contains characters that a key must not have.
            "3q2 7wAq0jB9Kx1mZf4Tn8VuYcEoLhRg5WsXpI6dQyA",
            "correct horse battery staple correct horse battery staple",
        ] {
            assert!(!is_long_enough(key), "{key}");
        }
        assert!(!is_long_enough(&"a".repeat(64)));
        assert!(!is_long_enough(&"xyz".repeat(30)));
        assert!(!is_long_enough(&"=".repeat(64)));
    }
}
