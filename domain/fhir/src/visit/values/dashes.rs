//! Registry numbers in the form that people know.

use std::borrow::Cow;

/// 14 digits as `NN-NNNN-NNNN-NNNN`; any other text as it is.
pub(crate) fn with_dashes(number: &str) -> Cow<'_, str> {
    match (number.get(..2), number.get(2..6), number.get(6..10), number.get(10..14)) {
        (Some(a), Some(b), Some(c), Some(d)) if number.len() == 14 => {
            format!("{a}-{b}-{c}-{d}").into()
        }
        _ => number.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_gets_its_dashes_once() {
        assert_eq!(with_dashes("91000010050066"), "91-0000-1005-0066");
        assert_eq!(with_dashes("91-0000-1005-0066"), "91-0000-1005-0066");
    }
}
