//! The reason for a command of an operator, as stored in the log.

use serde::{Deserialize, Serialize};

use crate::id::InvalidId;

/// Maximum length of a reason, in characters.
const LENGTH_MAX: usize = 200;

/// Maximum number of consecutive digits: a date has 8, a mobile number 10.
const DIGITS_MAX: usize = 8;

/// The reason for an erasure or a replay. It stays in the log in clear after an erasure, so it must not identify
/// anybody: an address or a long number is rejected. Names cannot be detected; the author of the reason must not use
/// them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

impl Reason {
    /// Parses a reason; the error contains the expected format.
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

    /// A reason that is a constant of this program.
    ///
    /// # Panics
    ///
    /// If it is not a valid reason: a bug.
    pub fn ours(text: &'static str) -> Self {
        Self::parse(text).expect("our own reasons have the form of one")
    }

    /// The reason as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The longest number of consecutive digits. Spaces and hyphens between digits are ignored.
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
