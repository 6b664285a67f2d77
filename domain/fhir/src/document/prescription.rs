//! The medicines ordered in a visit: profile `PrescriptionRecord`.

use super::draft::{Draft, Kind, TypeConcept};
use super::section::{self, SectionHead, SectionKind, diagnoses, medications};
use super::source::Source;
use super::{Built, SkipReason};
use crate::hi_type::HiType;
use crate::model::profile;

static KIND: Kind = Kind {
    hi_type: HiType::Prescription,
    profile: profile::PRESCRIPTION_RECORD,
    type_concept: TypeConcept::Coded("440545006", "Prescription record"),
    title: "Prescription record",
};

/// The profile wants exactly one section; its entries are told apart by `Reference.type`.
static SECTION: [SectionKind; 1] = [SectionKind {
    head: SectionHead {
        title: "Prescription record",
        code: Some(("440545006", "Prescription record")),
    },
    items: medications::prescribed,
}];

pub(super) fn build(source: &Source<'_>) -> Built {
    if source.visit.prescriptions.is_empty() {
        return Err(SkipReason::NothingPrescribed);
    }
    let mut draft = Draft::new(&KIND, source);
    // Not listed in the section: the encounter points at them, and an order at those it is for.
    diagnoses::of_encounter(&mut draft);
    let sections = section::all(&SECTION, &mut draft);
    Ok(vec![draft.finish(sections)])
}
