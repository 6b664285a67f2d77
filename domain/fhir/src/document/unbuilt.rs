//! Kinds of document that this version cannot build: said, not hidden.

use super::{Built, SkipReason};
use crate::hi_type::HiType;
use crate::visit::VisitDocument;

pub(super) fn build(_: HiType, _: &VisitDocument) -> Built {
    Err(SkipReason::NotBuiltYet)
}
