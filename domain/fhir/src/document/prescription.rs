//! The medicines ordered in a visit: profile `PrescriptionRecord`.

use super::context::BuildContext;
use super::draft::{Draft, Kind};
use super::identity::ContentDigest;
use super::section::{self, SectionKind, diagnoses, medications};
use super::{Document, SkipReason};
use crate::hi_type::HiType;
use crate::model::profile;
use crate::visit::VisitDocument;

static KIND: Kind = Kind {
    hi_type: HiType::Prescription,
    profile: profile::PRESCRIPTION_RECORD,
    code: ("440545006", "Prescription record"),
    title: "Prescription record",
};

/// The profile wants exactly one section; its entries are told apart by `Reference.type`.
static SECTION: [SectionKind; 1] = [SectionKind {
    title: "Prescription record",
    code: ("440545006", "Prescription record"),
    items: medications::prescribed,
}];

pub(super) fn build(
    visit: &VisitDocument,
    context: &BuildContext,
    digest: &ContentDigest,
) -> Result<Document, SkipReason> {
    if visit.prescriptions.is_empty() {
        return Err(SkipReason::NothingPrescribed);
    }
    let mut draft = Draft::new(&KIND, visit, context, digest);
    // Not listed in the section: each order points at them as its reason.
    diagnoses::items(&mut draft);
    let sections = section::all(&SECTION, &mut draft);
    Ok(draft.finish(sections))
}
