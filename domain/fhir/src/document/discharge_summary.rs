//! The summary of a stay: profile `DischargeSummaryRecord`.
//!
//! Record systems build one for every visit today, outpatients included; see
//! [`super::DischargeRule`].

use super::draft::{Draft, Item, Kind, TypeConcept};
use super::frame;
use super::policy::DischargeRule;
use super::section::{
    self, SectionHead, SectionKind, allergies, care_plan, chief_complaints, family_history,
    imaging, laboratory, medical_history, medications, physical_examination, procedures,
};
use super::source::Source;
use super::{Built, SkipReason};
use crate::hi_type::HiType;
use crate::model::profile;

static KIND: Kind = Kind {
    hi_type: HiType::DischargeSummary,
    profile: profile::DISCHARGE_SUMMARY_RECORD,
    type_concept: TypeConcept::Coded("373942005", "Discharge summary"),
    title: "Discharge Summary",
};

/// The slices of the profile in its order, with the codes and displays that it fixes.
static SECTIONS: [SectionKind; 9] = [
    SectionKind {
        head: SectionHead {
            title: "Chief complaints",
            code: Some(("422843007", "Chief complaint section")),
        },
        items: chief_complaints::items,
    },
    SectionKind {
        head: SectionHead {
            title: "Physical Examination",
            code: Some(("425044008", "Physical exam section")),
        },
        items: physical_examination::items,
    },
    SectionKind {
        head: SectionHead { title: "Allergies", code: Some(("722446000", "Allergy record")) },
        items: allergies::items,
    },
    SectionKind {
        head: SectionHead {
            title: "Medical History",
            code: Some(("1003642006", "Past medical history section")),
        },
        items: medical_history::items,
    },
    SectionKind {
        head: SectionHead {
            title: "Family History",
            code: Some(("422432008", "Family history section")),
        },
        items: family_history::items,
    },
    SectionKind {
        head: SectionHead {
            title: "Investigations",
            code: Some(("721981007", "Diagnostic studies report")),
        },
        items: investigations,
    },
    SectionKind {
        head: SectionHead {
            title: "Medications",
            code: Some(("1003606003", "Medication history section")),
        },
        items: ordered_medicines,
    },
    SectionKind {
        head: SectionHead {
            title: "Procedures",
            code: Some(("1003640003", "History of past procedure section")),
        },
        items: procedures::items,
    },
    SectionKind {
        head: SectionHead { title: "Care Plan", code: Some(("734163000", "Care plan")) },
        items: care_plan::items,
    },
];

fn investigations<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let mut items = laboratory::items(draft);
    items.extend(imaging::items(draft));
    items
}

/// The profile has no place for what was taken before.
fn ordered_medicines<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    for index in 0..draft.visit.current_medications.len() {
        let path = format!("currentMedications[{index}]");
        draft.leave_out(path, "a discharge summary lists ordered medicines only");
    }
    medications::prescribed(draft)
}

pub(super) fn build(source: &Source<'_>) -> Built {
    match source.discharge {
        DischargeRule::StaysOnly if source.visit.admission.is_none() => {
            return Err(SkipReason::NotAdmitted);
        }
        DischargeRule::StaysOnly | DischargeRule::EveryVisit => {}
    }
    let mut draft = Draft::new(&KIND, source);
    let discharged = source.visit.admission.as_ref().and_then(|stay| stay.discharged_at.as_ref());
    draft.at(discharged);
    let sections = section::all(&SECTIONS, &mut draft);
    if sections.is_empty() {
        return Err(SkipReason::NothingRecorded);
    }
    if frame::is_stay_open(source.visit) {
        return Err(SkipReason::StillAdmitted);
    }
    Ok(vec![draft.finish(sections)])
}
