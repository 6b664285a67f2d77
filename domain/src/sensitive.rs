//! Personal data in memory.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Personal health information. Printed as `‹redacted›` in logs and panics.
///
/// It is serialized with its content, because it is serialized only in sealed parts of events and in messages.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phi<T>(T);

impl<T> Phi<T> {
    /// Wraps a value that must not be printed.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. The name is easy to search for in a review.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// Takes out the value.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Phi<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Phi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹redacted›")
    }
}

impl<T> fmt::Display for Phi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹redacted›")
    }
}

#[cfg(test)]
mod tests {
    use super::Phi;

    #[test]
    fn neither_debug_nor_display_shows_the_value() {
        let name = Phi::new("Asha Rani");
        assert_eq!(format!("{name:?} {name}"), "‹redacted› ‹redacted›");
    }
}
