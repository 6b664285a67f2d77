//! The table: one row for each code and meaning, one file for each part of the conversation.

mod door;
mod duplicates;
mod gateway_layer;
mod identity;
mod link_tokens;
mod linking;
mod outages;
mod records;
mod sharing;
mod user_linking;
mod version_05;

use super::context::Context;
use super::entry::{Entry, Mark, Retry};

/// One code and one meaning.
#[derive(Clone, Copy)]
pub(super) struct Row {
    /// As NHA spells it.
    pub(super) code: &'static str,
    /// Where it means this; empty for "everywhere else".
    pub(super) contexts: &'static [Context],
    /// What it means there.
    pub(super) entry: Entry,
}

impl Row {
    const fn new(
        code: &'static str,
        meaning: &'static str,
        what: &'static str,
        cure: &'static str,
        retry: Retry,
    ) -> Self {
        Self { code, contexts: &[], entry: Entry { meaning, what, cure, retry, mark: None } }
    }

    /// Only there.
    const fn within(self, contexts: &'static [Context]) -> Self {
        Self { contexts, ..self }
    }

    const fn marked(self, mark: Mark) -> Self {
        let entry = Entry { mark: Some(mark), ..self.entry };
        Self { entry, ..self }
    }
}

/// Every row.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    [
        door::ROWS,
        duplicates::ROWS,
        gateway_layer::ROWS,
        identity::ROWS,
        link_tokens::ROWS,
        linking::ROWS,
        outages::ROWS,
        records::ROWS,
        sharing::ROWS,
        user_linking::ROWS,
        version_05::ROWS,
    ]
    .into_iter()
    .flatten()
}
