//! Whole numbers. JSON has been read already, so a literal is a number of some form.

/// A whole number of 32 bits, written without point and exponent.
pub(super) fn is_integer(literal: &str) -> bool {
    literal != "-0" && literal.parse::<i32>().is_ok()
}

pub(super) fn is_unsigned(literal: &str) -> bool {
    !literal.starts_with('-') && is_integer(literal)
}

pub(super) fn is_positive(literal: &str) -> bool {
    literal != "0" && is_unsigned(literal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_have_32_bits_and_no_point() {
        assert!(is_integer("-2147483648") && is_unsigned("2147483647") && is_positive("1"));
        assert!(is_unsigned("0") && !is_positive("0") && !is_unsigned("-1"));
        for wrong in ["2147483648", "1.0", "1e2", "-0"] {
            assert!(!is_integer(wrong), "{wrong}");
        }
    }
}
