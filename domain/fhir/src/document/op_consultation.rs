//! The note of an outpatient consultation: profile `OPConsultRecord`.

use super::draft::{Draft, Kind, TypeConcept};
use super::section::{
    self, SectionHead, SectionKind, allergies, chief_complaints, family_history, follow_up,
    investigation_advice, medical_history, medications, physical_examination, procedures, referral,
};
use super::source::Source;
use super::{Built, SkipReason};
use crate::hi_type::HiType;
use crate::model::profile;

static KIND: Kind = Kind {
    hi_type: HiType::OpConsultation,
    profile: profile::OP_CONSULT_RECORD,
    type_concept: TypeConcept::Coded("371530004", "Clinical consultation report"),
    title: "Consultation Report",
};

/// The slices of the profile in its order. Codes and displays are fixed there, and differ from
/// those of the discharge summary for the same idea.
static SECTIONS: [SectionKind; 10] = [
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
            code: Some(("371529009", "History and physical report")),
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
            title: "Investigation Advice",
            code: Some(("721963009", "Order document")),
        },
        items: investigation_advice::items,
    },
    SectionKind {
        head: SectionHead {
            title: "Medications",
            code: Some(("721912009", "Medication summary document")),
        },
        items: medications::items,
    },
    SectionKind {
        head: SectionHead { title: "Follow Up", code: Some(("390906007", "Follow-up encounter")) },
        items: follow_up::items,
    },
    SectionKind {
        head: SectionHead {
            title: "Procedure",
            code: Some(("371525003", "Clinical procedure report")),
        },
        items: procedures::items,
    },
    SectionKind {
        head: SectionHead { title: "Referral", code: Some(("306206005", "Referral to service")) },
        items: referral::items,
    },
];

/// Categories that yield a consultation note, without blanks and in lower case.
const CATEGORIES: [&str; 2] = ["generalopd", "generalopd(qc)"];

pub(super) fn build(source: &Source<'_>) -> Built {
    if !is_general_outpatient(&source.visit.visit.category) {
        return Err(SkipReason::NotGeneralOutpatient);
    }
    let mut draft = Draft::new(&KIND, source);
    let sections = section::all(&SECTIONS, &mut draft);
    if sections.is_empty() {
        return Err(SkipReason::NothingRecorded);
    }
    Ok(vec![draft.finish(sections)])
}

fn is_general_outpatient(category: &str) -> bool {
    let category: String = category.split_whitespace().collect();
    CATEGORIES.iter().any(|known| known.eq_ignore_ascii_case(&category))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_general_outpatient_visits_yield_a_note() {
        for yes in ["General OPD", "GENERAL OPD (QC)", "general opd(qc)"] {
            assert!(is_general_outpatient(yes), "{yes}");
        }
        for no in ["NCD care", "General OPD 2", "ANC"] {
            assert!(!is_general_outpatient(no), "{no}");
        }
    }
}
