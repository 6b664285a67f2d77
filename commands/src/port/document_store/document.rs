//! Documents, independent of the store.
//!
//! Only value types that every store has are permitted, so that a document is read as it was written. Debug output
//! never contains values, because they may be personal data.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use hip_domain::id::InvalidId;

use super::DocumentError;

/// Maximum size of a document in bytes, as [`Fields::size`] computes it. `MongoDB` permits 16 MiB; the remainder is
/// reserved for added fields.
pub const DOCUMENT_BYTES_MAX: usize = (16 << 20) - (64 << 10);

/// Maximum size of a key in bytes, which every store can index.
pub const KEY_BYTES_MAX: usize = 512;

/// The name of a collection.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CollectionName(String);

impl CollectionName {
    /// Parses a name.
    ///
    /// # Errors
    ///
    /// If it is not a word of at most 60 ASCII letters, digits and single `_` that starts with a letter. Other names
    /// are reserved by stores, or by us for generations.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
        let text = text.into();
        if is_word(&text) && text.len() <= 60 && !text.contains("__") {
            Ok(Self(text))
        } else {
            Err(InvalidId {
                expected: "a collection name: a letter, then letters, digits and single `_`",
            })
        }
    }

    /// The name as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CollectionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A path to a field: names separated by dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldPath(String);

impl FieldPath {
    /// Parses a path.
    ///
    /// # Errors
    ///
    /// If a name is not a word of ASCII letters, digits and `_` that starts with a letter.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
        let text = text.into();
        if text.split('.').all(is_word) {
            Ok(Self(text))
        } else {
            Err(InvalidId { expected: "a path of field names with dots between them" })
        }
    }

    /// The path as a string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names in the path, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A document to write.
#[derive(Clone, PartialEq)]
pub struct Put {
    /// The key, unique within a generation.
    pub key: String,
    /// The position of its event.
    pub position: i64,
    /// The content.
    pub fields: Fields,
}

impl fmt::Debug for Put {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Put")
            .field("position", &self.position)
            .field("fields", &self.fields)
            .finish_non_exhaustive() // a key may be personal data
    }
}

impl Put {
    /// Checks that every store accepts the document.
    pub fn check(&self) -> Result<(), DocumentError> {
        let unstorable = |what| DocumentError::Unstorable { position: self.position, what };
        if self.key.is_empty() || self.key.len() > KEY_BYTES_MAX || self.key.contains('\0') {
            return Err(unstorable("a key that is empty, too long, or has a zero character"));
        }
        self.fields.check().map_err(unstorable)?;
        let bytes = self.fields.size();
        if bytes > DOCUMENT_BYTES_MAX {
            return Err(DocumentError::TooLarge { position: self.position, bytes });
        }
        Ok(())
    }
}

/// A stored document.
#[derive(Clone, PartialEq)]
pub struct Document {
    /// The key, unique within a generation.
    pub key: String,
    /// The position of its event.
    pub position: i64,
    /// The generation that contains it.
    pub generation: i32,
    /// The content.
    pub fields: Fields,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("position", &self.position)
            .field("generation", &self.generation)
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}

/// Named values, ordered by name.
#[derive(Clone, Default, PartialEq)]
pub struct Fields(BTreeMap<String, FieldValue>);

impl Fields {
    /// Creates an empty set of fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a field. A name starts with a letter and contains neither dot nor `$`.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<FieldValue>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The value of a field.
    pub fn get(&self, name: &str) -> Option<&FieldValue> {
        self.0.get(name)
    }

    /// Names and values, ordered by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &FieldValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// All values at a path. Elements of lists on the path are included.
    pub fn at(&self, path: &FieldPath) -> Vec<&FieldValue> {
        let mut found = Vec::new();
        let names: Vec<&str> = path.names().collect();
        collect(self, &names, &mut found);
        found
    }

    /// The size in bytes as BSON, which is the largest encoding.
    pub fn size(&self) -> usize {
        5 + self.0.iter().map(|(name, value)| 2 + name.len() + value.size()).sum::<usize>()
    }

    fn check(&self) -> Result<(), &'static str> {
        for (name, value) in &self.0 {
            if !name.starts_with(|first: char| first.is_ascii_alphabetic())
                || name.contains(['.', '$', '\0'])
            {
                return Err("a field name that stores do not take");
            }
            value.check()?;
        }
        Ok(())
    }
}

impl FromIterator<(String, FieldValue)> for Fields {
    fn from_iter<T: IntoIterator<Item = (String, FieldValue)>>(fields: T) -> Self {
        Self(fields.into_iter().collect())
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn collect<'a>(fields: &'a Fields, path: &[&str], found: &mut Vec<&'a FieldValue>) {
    let Some((name, rest)) = path.split_first() else { return };
    let Some(value) = fields.get(name) else { return };
    let here = if let FieldValue::List(elements) = value {
        elements.as_slice()
    } else {
        std::slice::from_ref(value)
    };
    for value in here {
        if rest.is_empty() {
            found.push(value);
        } else if let FieldValue::Fields(inner) = value {
            collect(inner, rest, found);
        }
    }
}

/// A value of a document.
#[derive(Clone, PartialEq)]
pub enum FieldValue {
    /// A string.
    Text(String),
    /// A 64-bit integer.
    Integer(i64),
    /// A boolean.
    Flag(bool),
    /// A time with millisecond precision, stored as a date if the store has dates.
    Time(DateTime<Utc>),
    /// A list of values.
    List(Vec<Self>),
    /// A nested document.
    Fields(Fields),
}

impl FieldValue {
    fn size(&self) -> usize {
        match self {
            Self::Text(text) => 5 + text.len(),
            Self::Integer(_) | Self::Time(_) => 8,
            Self::Flag(_) => 1,
            // Elements are named by their index, of at most seven digits.
            Self::List(elements) => {
                5 + elements.iter().map(|element| 9 + element.size()).sum::<usize>()
            }
            Self::Fields(fields) => fields.size(),
        }
    }

    fn check(&self) -> Result<(), &'static str> {
        match self {
            Self::Text(text) if text.contains('\0') => Err("a zero character in a text"),
            Self::Text(_) | Self::Integer(_) | Self::Flag(_) | Self::Time(_) => Ok(()),
            Self::List(elements) => elements.iter().try_for_each(Self::check),
            Self::Fields(fields) => fields.check(),
        }
    }
}

impl fmt::Debug for FieldValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹redacted›")
    }
}

impl From<&str> for FieldValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for FieldValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for FieldValue {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for FieldValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<DateTime<Utc>> for FieldValue {
    fn from(at: DateTime<Utc>) -> Self {
        Self::Time(at)
    }
}

impl From<Vec<FieldValue>> for FieldValue {
    fn from(elements: Vec<Self>) -> Self {
        Self::List(elements)
    }
}

impl From<Fields> for FieldValue {
    fn from(fields: Fields) -> Self {
        Self::Fields(fields)
    }
}

/// A value to search for.
#[derive(Clone, Copy)]
pub enum Sought<'a> {
    /// A string.
    Text(&'a str),
    /// A 64-bit integer.
    Integer(i64),
    /// A boolean.
    Flag(bool),
}

impl fmt::Debug for Sought<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹redacted›")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(fields: Fields) -> Put {
        Put { key: "k".to_owned(), position: 7, fields }
    }

    #[test]
    fn names_that_stores_keep_for_themselves_are_none_of_ours() {
        for name in ["", "1a", "system.users", "a__g2", "_a", "a$b", "é", &"a".repeat(61)] {
            assert!(CollectionName::parse(name).is_err(), "{name}");
        }
        assert!(CollectionName::parse("AMRIT_Resource").is_ok());
        for path in ["", "a.", "a..b", "$where", "a.0"] {
            assert!(FieldPath::parse(path).is_err(), "{path}");
        }
    }

    #[test]
    fn a_document_that_the_store_would_refuse_is_not_sent() {
        for fields in [
            Fields::new().with("_id", "x"),
            Fields::new().with("a.b", "x"),
            Fields::new().with("a", "zero\0"),
            Fields::new().with("a", vec![Fields::new().with("$b", 1_i64).into()]),
        ] {
            let refused = put(fields).check();
            assert!(matches!(refused, Err(DocumentError::Unstorable { position: 7, .. })));
        }
        let large = put(Fields::new().with("a", "x".repeat(DOCUMENT_BYTES_MAX)));
        assert!(matches!(large.check(), Err(DocumentError::TooLarge { position: 7, .. })));
        assert!(put(Fields::new().with("a", "x".repeat(DOCUMENT_BYTES_MAX - 20))).check().is_ok());
    }

    #[test]
    fn a_path_goes_through_lists() {
        let fields = Fields::new().with(
            "list",
            vec![
                Fields::new().with("number", "1").into(),
                Fields::new().with("number", vec!["2".into(), "3".into()]).into(),
                "no document".into(),
            ],
        );
        let at = |path: &str| fields.at(&FieldPath::parse(path).unwrap()).len();
        assert_eq!((at("list.number"), at("list"), at("list.other"), at("number")), (3, 3, 0, 0));
    }

    #[test]
    fn nothing_of_a_document_is_printed() {
        let put = put(Fields::new().with("name", "Meera"));
        assert!(!format!("{put:?} {:?}", Sought::Text("Meera")).contains("Meera"));
    }
}
