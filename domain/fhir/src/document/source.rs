//! What every builder is given.

use super::context::BuildContext;
use super::identity::ContentDigest;
use crate::visit::VisitDocument;

/// A visit and the circumstances of the build.
pub(super) struct Source<'a> {
    pub(super) visit: &'a VisitDocument,
    pub(super) context: &'a BuildContext,
    pub(super) digest: ContentDigest,
}

impl<'a> Source<'a> {
    pub(super) fn new(visit: &'a VisitDocument, context: &'a BuildContext) -> Self {
        Self { visit, context, digest: ContentDigest::of(visit) }
    }
}
