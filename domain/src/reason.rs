//! Why an operator wants something, in words that stay in the log.

use serde::{Deserialize, Serialize};

use crate::id::InvalidId;

/// Characters of a reason, at most.
const LENGTH_MAX: usize = 200;

/// Digits in a row that a reason may have: a date has eight, a mobile number ten.
const DIGITS_MAX: usize = 8;

/// Why somebody is erased, or something is done again, in the words of who wants it. It stays in the log in
/// clear and outlives whom it could name, so it names nobody: an address or a long number in it is refused.
/// A name cannot be told from other words; who writes the reason answers for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

impl Reason {
    /// Reads a reason, or says what it must look like.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
        let text = text.into();
        let fits = !text.trim().is_empty()
            && text.chars().count() <= LENGTH_MAX
            && !text.chars().any(char::is_control)
            && !text.contains('@')
            && longest_number(&text) <= DIGITS_MAX;
        if fits {
            return Ok(Self(text));
        }
        let expected = "a reason of 1 to 200 characters that names nobody: no '@', no more than 8 digits in a row";
        Err(InvalidId { expected })
    }

    /// A reason that stands in our own source.
    ///
    /// # Panics
    ///
    /// When it is none: then our source is wrong.
    pub fn ours(text: &'static str) -> Self {
        Self::parse(text).expect("our own reasons have the form of one")
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Digits in a row, be there blanks or hyphens between them.
fn longest_number(text: &str) -> usize {
    let (mut longest, mut current) = (0, 0);
    for c in text.chars() {
        if c.is_numeric() {
            current += 1;
            longest = longest.max(current);
        } else if !matches!(c, ' ' | '-') {
            current = 0;
        }
    }
    longest
}

impl TryFrom<String> for Reason {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, InvalidId> {
        Self::parse(text)
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.0
    }
}

#[cfg(test)]
mod tests {
    use super::Reason;

    #[test]
    fn a_reason_names_nobody() {
        for good in ["request of 2026-11-22, form 17", "the patient wishes it"] {
            assert!(Reason::parse(good).is_ok(), "{good}");
        }
        let long = "x".repeat(201);
        for bad in
            ["", "  ", "kavya@sbx asks", "91-7777-1234-5678", "call 98450 12345", "a\nb", &long]
        {
            assert!(Reason::parse(bad).is_err(), "{bad}");
        }
    }
}
