//! What every builder is given.

use super::context::BuildContext;
use super::identity::ContentDigest;
use super::policy::DischargeRule;
use crate::visit::VisitDocument;

/// A visit and the circumstances of the build.
pub(super) struct Source<'a> {
    pub(super) visit: &'a VisitDocument,
    pub(super) context: &'a BuildContext,
    pub(super) discharge: DischargeRule,
    pub(super) digest: ContentDigest,
}

impl<'a> Source<'a> {
    pub(super) fn new(
        visit: &'a VisitDocument,
        context: &'a BuildContext,
        discharge: DischargeRule,
    ) -> Self {
        let digest = ContentDigest::of(visit);
        Self { visit, context, discharge, digest }
    }
}
