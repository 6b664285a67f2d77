//! Things that are the same are stored once.

use std::collections::HashMap;
use std::hash::Hash;

use super::error::CompileError;
use crate::rules::name::{Name, WELL_KNOWN};
use crate::rules::table::{Span, Tables, TextId};

/// Finds the number of something in a table, or gives it the next one.
pub(super) struct Interner<K, I> {
    known: HashMap<K, I>,
}

impl<K: Eq + Hash + Clone, I: Copy> Interner<K, I> {
    pub(super) fn new() -> Self {
        Self { known: HashMap::new() }
    }

    /// `push` puts a new one into its table and gives its number.
    pub(super) fn get(
        &mut self,
        key: &K,
        push: impl FnOnce(K) -> Result<I, CompileError>,
    ) -> Result<I, CompileError> {
        if let Some(id) = self.known.get(key) {
            return Ok(*id);
        }
        let id = push(key.clone())?;
        self.known.insert(key.clone(), id);
        Ok(id)
    }
}

/// Appends to a table; the number of what was appended.
pub(super) fn push<T, I>(
    table: &mut Vec<T>,
    entry: T,
    number: impl FnOnce(usize) -> Option<I>,
    what: &'static str,
) -> Result<I, CompileError> {
    let id = number(table.len()).ok_or(CompileError::TooMany(what))?;
    table.push(entry);
    Ok(id)
}

/// Appends a run to a table.
pub(super) fn extend<T>(
    table: &mut Vec<T>,
    run: impl IntoIterator<Item = T>,
    what: &'static str,
) -> Result<Span, CompileError> {
    let start = table.len();
    table.extend(run);
    let too_many = |_| CompileError::TooMany(what);
    Ok(Span {
        start: u32::try_from(start).map_err(too_many)?,
        count: u16::try_from(table.len() - start).map_err(too_many)?,
    })
}

/// The texts and names of a rule set.
pub(super) struct Words {
    texts: Interner<String, TextId>,
    names: Interner<String, Name>,
}

impl Words {
    /// The well-known names come first, so that their numbers are the same everywhere.
    pub(super) fn new(tables: &mut Tables) -> Result<Self, CompileError> {
        let mut words = Self { texts: Interner::new(), names: Interner::new() };
        for name in WELL_KNOWN {
            words.name(tables, name)?;
        }
        Ok(words)
    }

    pub(super) fn text(&mut self, tables: &mut Tables, text: &str) -> Result<TextId, CompileError> {
        self.texts.get(&text.to_owned(), |text| {
            let too_many = |_| CompileError::TooMany("texts");
            let start = u32::try_from(tables.blob.len()).map_err(too_many)?;
            let count = u16::try_from(text.len()).map_err(too_many)?;
            tables.blob.push_str(&text);
            push(&mut tables.texts, Span { start, count }, TextId::at, "texts")
        })
    }

    pub(super) fn name(&mut self, tables: &mut Tables, name: &str) -> Result<Name, CompileError> {
        let text = self.text(tables, name)?;
        self.names.get(&name.to_owned(), |_| {
            let number =
                |index| u16::try_from(index).ok().map(Name).filter(|name| *name < Name::NONE);
            push(&mut tables.names, text, number, "names")
        })
    }
}
