//! The documents that an amended visit yielded before.

use std::collections::BTreeSet;

use super::Document;
use super::context::BuildContext;
use super::policy::{BuildPolicy, Earlier};

/// Identifiers of the documents that were fit to be shared, by building them once more: that is
/// cheaper than asking every caller to keep them.
pub(super) struct Replaced {
    pub(super) revision: u32,
    identifiers: BTreeSet<String>,
}

impl Replaced {
    pub(super) fn of(
        earlier: Earlier<'_>,
        context: &BuildContext,
        policy: &BuildPolicy<'_>,
    ) -> Self {
        let context = BuildContext { revision: earlier.revision, ..context.clone() };
        let policy = BuildPolicy { earlier: None, ..*policy };
        let built = super::documents_by(earlier.visit, &context, &policy).built;
        let identifiers = built
            .into_iter()
            .filter(Document::is_fit)
            .map(|document| document.identifier)
            .collect();
        Self { revision: earlier.revision, identifiers }
    }

    pub(super) fn has(&self, identifier: &str) -> bool {
        self.identifiers.contains(identifier)
    }
}
