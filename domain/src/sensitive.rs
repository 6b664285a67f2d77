//! Personal data in memory.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Personal health information: prints as `‹redacted›`, in logs and in panics alike.
///
/// It serialises as its content, because the only places that serialise it are the sealed part of
/// an event and the wire.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phi<T>(T);

impl<T> Phi<T> {
    /// Wraps a value that must not be printed.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for a reader that has a reason; the name is what a reviewer searches for.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// The value, taken out for good.
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
