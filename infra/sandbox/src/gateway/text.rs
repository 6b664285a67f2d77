//! The patterns that the contract gives for text members (section 1), as plain functions.

use crate::run::clock;

const TEXT_LENGTH_MAX: usize = 255;

fn made_of(text: &str, punctuation: &str) -> bool {
    text.chars().count() <= TEXT_LENGTH_MAX
        && text.chars().all(|c| c.is_ascii_alphanumeric() || punctuation.contains(c))
}

pub(crate) fn is_reference_number(text: &str) -> bool {
    made_of(text, "_-@,. ()/:\\")
}

pub(crate) fn is_display(text: &str) -> bool {
    made_of(text, "_-@,. \"':|()/")
}

pub(crate) fn is_description(text: &str) -> bool {
    made_of(text, "_-@,. \":/")
}

pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphabetic() || " ',.-".contains(c))
}

/// `^[a-zA-Z0-9][a-zA-Z0-9_.]+[a-zA-Z0-9]@(abdm|sbx)$`
pub(crate) fn is_abha_address(text: &str) -> bool {
    let Some((name, domain)) = text.split_once('@') else {
        return false;
    };
    let ends = |c: char| c.is_ascii_alphanumeric();
    name.len() >= 3
        && name.starts_with(ends)
        && name.ends_with(ends)
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.".contains(c))
        && matches!(domain, "abdm" | "sbx")
}

/// A UUID with hyphens, in lower case.
pub(crate) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && uuid::Uuid::try_parse(text).is_ok()
        && !text.contains(|c: char| c.is_ascii_uppercase())
}

pub(crate) fn is_timestamp(text: &str) -> bool {
    clock::is_wire(text)
}

/// `^(ABDM-\d{4}|\d{3,6})(: )?$`
pub(crate) fn is_error_code(text: &str) -> bool {
    let code = text.strip_suffix(": ").unwrap_or(text);
    let (digits, lengths) = match code.strip_prefix("ABDM-") {
        Some(digits) => (digits, 4..=4),
        None => (code, 3..=6),
    };
    lengths.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

pub(crate) fn is_phone_number(text: &str) -> bool {
    (10..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A masked hint: not empty, with at most four digits, so it cannot reveal the mobile number or the OTP.
pub(crate) fn is_masked(text: &str) -> bool {
    !text.is_empty() && text.chars().filter(char::is_ascii_digit).count() <= 4
}

pub(crate) fn is_not_empty(text: &str) -> bool {
    !text.is_empty()
}

/// Lower-case hexadecimal MD5.
pub(crate) fn is_checksum(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_codes_follow_the_published_patterns() {
        assert!(is_abha_address("meera.k22@sbx"));
        for text in ["mk@sbx", ".meera@sbx", "meera@ndhm", "meera", "a@b@sbx"] {
            assert!(!is_abha_address(text), "{text}");
        }
        assert!(is_error_code("ABDM-1010") && is_error_code("ABDM-1010: "));
        assert!(is_error_code("900901"));
        assert!(!is_error_code("ABDM-101") && !is_error_code("not found"));
    }

    #[test]
    fn a_hint_shows_the_end_of_a_number_and_no_otp() {
        assert!(is_masked("******0101") && is_masked("OTP"));
        assert!(!is_masked("9800000101") && !is_masked("OTP 482913") && !is_masked(""));
    }

    #[test]
    fn displays_are_limited_in_letters_and_length() {
        assert!(is_display("General OPD 12-Sep-2026"));
        assert!(!is_display("Fever & cough") && !is_display(&"x".repeat(256)));
    }
}
