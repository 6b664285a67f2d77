//! Where something was found, as `FHIRPath`. It is worked out only when there is something to say.

use std::fmt::{self, Write};

use super::tape::{Kind, View};
use crate::rules::name::Name;

/// A value, or a member that it lacks.
#[derive(Clone, Copy)]
pub(super) struct Place<'t> {
    at: View<'t>,
    missing: Option<&'t str>,
}

impl<'t> Place<'t> {
    /// The member `name` of `at`, which is not there.
    pub(super) fn missing(at: View<'t>, name: &'t str) -> Self {
        Self { at, missing: Some(name) }
    }
}

impl<'t> From<View<'t>> for Place<'t> {
    fn from(at: View<'t>) -> Self {
        Self { at, missing: None }
    }
}

/// Names come from outside: only so much of one is shown.
const NAME_CHARS_MAX: usize = 64;

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut here = self.at.root();
        let kind = here.text_of(Name::RESOURCE_TYPE).filter(|kind| is_plain(kind));
        f.write_str(kind.unwrap_or("Resource"))?;
        while here != self.at {
            let is_list = here.kind() == Kind::List;
            let mut inner = here.members().enumerate();
            let Some((index, next)) = inner.find(|(_, member)| self.at.is_in(*member)) else {
                break;
            };
            if is_list {
                write!(f, "[{index}]")?;
            } else {
                f.write_char('.')?;
                let shown = next.key().chars().take(NAME_CHARS_MAX);
                let shown =
                    shown.map(|letter| if letter.is_control() { '\u{fffd}' } else { letter });
                shown.into_iter().try_for_each(|letter| f.write_char(letter))?;
            }
            here = next;
        }
        self.missing.map_or(Ok(()), |name| write!(f, ".{name}"))
    }
}

/// A resource type is repeated only when it looks like one.
pub(super) fn is_plain(kind: &str) -> bool {
    !kind.is_empty() && kind.len() <= 40 && kind.bytes().all(|letter| letter.is_ascii_alphabetic())
}
