//! Where in a document something is: kept as steps, so that `[10]` sorts after `[2]`.

use std::fmt::{self, Write as _};

/// Names longer than this are cut: the sender of the document chose them.
const NAME_CHARS_MAX: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Item(usize),
    Name(String),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path(Vec<Step>);

impl Path {
    pub(super) fn of(names: &[&str]) -> Self {
        Self(names.iter().map(|name| Step::Name((*name).to_owned())).collect())
    }

    /// Keeps one letter more than is shown, to know that there was more: a name of a megabyte in a
    /// thousand paths would be a gigabyte.
    pub(super) fn push_name(&mut self, name: &str) {
        let end = name.char_indices().nth(NAME_CHARS_MAX + 1).map_or(name.len(), |(end, _)| end);
        self.0.push(Step::Name(name[..end].to_owned()));
    }

    pub(super) fn push_item(&mut self, index: usize) {
        self.0.push(Step::Item(index));
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    pub(super) fn join(&self, name: &str) -> Self {
        let mut path = self.clone();
        path.push_name(name);
        path
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Item(index) => write!(f, "[{index}]")?,
                Step::Name(name) => {
                    if position > 0 {
                        f.write_char('.')?;
                    }
                    for letter in name.chars().take(NAME_CHARS_MAX) {
                        f.write_char(if letter.is_control() { '\u{fffd}' } else { letter })?;
                    }
                    if name.chars().nth(NAME_CHARS_MAX).is_some() {
                        f.write_char('…')?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl From<&jsonschema::paths::Location> for Path {
    fn from(location: &jsonschema::paths::Location) -> Self {
        Self(
            location
                .segments()
                .map(|segment| match segment {
                    jsonschema::paths::LocationSegment::Property(name) => {
                        Step::Name(name.into_owned())
                    }
                    jsonschema::paths::LocationSegment::Index(index) => Step::Item(index),
                })
                .collect(),
        )
    }
}

impl From<&serde_path_to_error::Path> for Path {
    fn from(path: &serde_path_to_error::Path) -> Self {
        use serde_path_to_error::Segment;
        Self(
            path.iter()
                .filter_map(|segment| match segment {
                    Segment::Seq { index } => Some(Step::Item(*index)),
                    Segment::Map { key } => Some(Step::Name(key.clone())),
                    Segment::Enum { .. } | Segment::Unknown => None,
                })
                .collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_or_unprintable_name_is_cut_and_cleaned() {
        let path = Path::of(&["visit", &format!("\u{7}{}", "a".repeat(80))]);
        assert_eq!(path.to_string(), format!("visit.\u{fffd}{}…", "a".repeat(63)));
    }

    #[test]
    fn items_sort_by_number() {
        let item = |index| {
            let mut path = Path::of(&["labTests"]);
            path.push_item(index);
            path
        };
        assert!(item(2) < item(10));
    }
}
