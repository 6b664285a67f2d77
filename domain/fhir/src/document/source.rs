//! What every builder is given.

use super::context::BuildContext;
use super::identity::ContentDigest;
use super::policy::DischargeRule;
use super::replaced::Replaced;
use crate::rules::Rules;
use crate::visit::VisitDocument;

/// A visit and the circumstances of the build.
pub(super) struct Source<'a> {
    pub(super) visit: &'a VisitDocument,
    pub(super) context: &'a BuildContext,
    pub(super) discharge: DischargeRule,
    pub(super) replaced: Option<&'a Replaced>,
    pub(super) digest: ContentDigest,
    pub(super) rules: &'a Rules,
}
