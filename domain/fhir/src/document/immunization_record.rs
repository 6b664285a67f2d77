//! Vaccine doses: profile `ImmunizationRecord`.

use super::draft::{Draft, Kind, TypeConcept};
use super::section::{self, SectionHead, immunizations};
use super::source::Source;
use super::{Built, SkipReason};
use crate::hi_type::HiType;
use crate::model::profile;

static KIND: Kind = Kind {
    hi_type: HiType::ImmunizationRecord,
    profile: profile::IMMUNIZATION_RECORD,
    type_concept: TypeConcept::Coded("41000179103", "Immunization record"),
    title: "Immunization record",
};

/// The profile wants exactly one section; its entries are told apart by `Reference.type`.
static SECTION: SectionHead = SectionHead {
    title: "Immunization record",
    code: Some(("41000179103", "Immunization record")),
};

pub(super) fn build(source: &Source<'_>) -> Built {
    let mut draft = Draft::new(&KIND, source);
    let items = immunizations::items(&mut draft);
    let section = section::one(&SECTION, items).ok_or(SkipReason::NoDose)?;
    Ok(vec![draft.finish(vec![section])])
}
