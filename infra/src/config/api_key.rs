//! The form of an API key: one that is too short to hold 32 random bytes opens nothing.

/// The length of 32 bytes in base64, without padding.
const BASE64_LENGTH_MIN: usize = 43;

/// The length of 32 bytes in hex.
const HEX_LENGTH_MIN: usize = 64;

/// The fewest different characters. Random keys of these lengths have more, but for one in 10¹².
const BASE64_DIFFERENT_MIN: usize = 16;
const HEX_DIFFERENT_MIN: usize = 8;

/// The start of the keys that `hip key new` makes.
pub const KEY_PREFIX: &str = "hip_";

/// Whether a key can hold 32 random bytes: at least 43 characters of base64 (of either alphabet), or 64
/// hex digits. Whether they are random cannot be seen; repeated characters can.
pub(super) fn is_long_enough(key: &str) -> bool {
    let secret = key.strip_prefix(KEY_PREFIX).unwrap_or(key).trim_end_matches('=');
    let is_hex = secret.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_base64 = secret
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/'));
    let (length_min, different_min) = if is_hex {
        (HEX_LENGTH_MIN, HEX_DIFFERENT_MIN)
    } else {
        (BASE64_LENGTH_MIN, BASE64_DIFFERENT_MIN)
    };
    is_base64 && secret.len() >= length_min && different(secret) >= different_min
}

/// Whether this may be a key of ours, known or mistyped. 64 hex digits alone may be a session key of
/// AMRIT, which has that form.
pub(crate) fn may_be_ours(key: &str) -> bool {
    let is_hex = key.bytes().all(|byte| byte.is_ascii_hexdigit());
    key.starts_with(KEY_PREFIX) || (is_long_enough(key) && !is_hex)
}

/// How many different characters an ASCII text has.
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
    fn a_key_that_cannot_hold_32_random_bytes_is_refused() {
        for key in [
            "",
            "x",
            "hip_",
            "hip_3q2-7wAq0jB9Kx1m",
            // One character short.
            "3q2-7wAq0jB9Kx1mZf4Tn8VuYcEoLhRg5WsXpI6dQy",
            "hip_3q2-7wAq0jB9Kx1mZf4Tn8VuYcEoLhRg5WsXpI6dQy",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a0",
            // 22 bytes in hex are long enough for base64, and too few.
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b",
            // Other characters than those of a key.
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
