//! What was measured on the body, for the patient to follow over time: profile `WellnessRecord`.

use super::draft::{Draft, Kind, TypeConcept};
use super::section::physical_examination::{body_measurements, general_assessment, vital_signs};
use super::section::{self, SectionHead, SectionKind};
use super::source::Source;
use super::{Built, SkipReason};
use crate::hi_type::HiType;
use crate::model::profile;
use crate::visit::Vitals;

static KIND: Kind = Kind {
    hi_type: HiType::WellnessRecord,
    profile: profile::WELLNESS_RECORD,
    type_concept: TypeConcept::Text("Wellness Record"),
    title: "Wellness Record",
};

const fn titled(title: &'static str) -> SectionHead {
    SectionHead { title, code: None }
}

/// The slices of the profile that a visit has measures for. It tells them apart by title.
static SECTIONS: [SectionKind; 3] = [
    SectionKind { head: titled("Vital Signs"), items: vital_signs },
    SectionKind { head: titled("Body Measurement"), items: body_measurements },
    SectionKind { head: titled("General Assessment"), items: general_assessment },
];

pub(super) fn build(source: &Source<'_>) -> Built {
    if !source.visit.vitals.as_ref().is_some_and(Vitals::has_measures) {
        return Err(SkipReason::NothingMeasured);
    }
    let mut draft = Draft::new(&KIND, source);
    let sections = section::all(&SECTIONS, &mut draft);
    Ok(vec![draft.finish(sections)])
}
