//! Where codes come from for what a record system names in words only.

use std::fmt;

/// A concept of SNOMED CT, the only system that the guide admits for medicines and vaccines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// 6 to 18 digits.
    pub code: String,
    /// Its words; the guide allows no code without them.
    pub display: String,
}

/// What is looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coded {
    /// A medicine, ordered or taken.
    Medicine,
    /// A vaccine.
    Vaccine,
}

/// Gives medicines and vaccines that came without a code theirs, by name.
///
/// A code that the sender gives is never replaced. For an ordered medicine the longest name is asked
/// first: `Paracetamol 650 mg Tablet`, then `Paracetamol 650 mg`, then `Paracetamol`.
///
/// The codes become part of a document's content and so of its ids: after a change of the map, the
/// same visit yields other documents.
pub trait CodeMap: fmt::Debug + Send + Sync {
    /// The code that `words` surely mean, if any.
    fn code(&self, what: Coded, words: &str) -> Option<Code>;
}

/// Knows no code: what has none is sent in words.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCodes;

impl CodeMap for NoCodes {
    fn code(&self, _: Coded, _: &str) -> Option<Code> {
        None
    }
}
