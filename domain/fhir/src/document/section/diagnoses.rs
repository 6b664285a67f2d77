//! What the practitioner concluded.
//!
//! No document has a section for it: a diagnosis belongs to the encounter, may be the reason for a
//! prescription, and is listed with the medical history.

use super::chief_complaints::{category, clinical_status};
use super::{coding, line};
use crate::document::draft::{Draft, Item};
use crate::hi_type::HiType;
use crate::model::datatype::{CodeableConcept, Coding, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{Condition, Diagnosis as EncounterDiagnosis};
use crate::terminology::claim::{self, Claim};
use crate::terminology::{status, system};
use crate::visit::{Certainty, Diagnosis};

/// Adds the diagnoses to the document, once.
pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let diagnoses = draft.visit.diagnoses.iter().enumerate();
    diagnoses.map(|(index, diagnosis)| item(draft, index, diagnosis)).collect()
}

/// Adds the diagnoses that the encounter has, and so no section has to list.
pub(in crate::document) fn of_encounter(draft: &mut Draft<'_>) {
    for (index, diagnosis) in draft.visit.diagnoses.iter().enumerate() {
        if DiagnosisWording::of(diagnosis).is_of_encounter() {
            item(draft, index, diagnosis);
        }
    }
}

/// What a diagnosis says, out of its certainty and its words.
struct DiagnosisWording {
    /// `condition-clinical`.
    clinical: Option<&'static str>,
    /// `condition-ver-status`.
    verification: Option<&'static str>,
}

impl DiagnosisWording {
    /// What nobody said is not claimed; words that deny the diagnosis outweigh its certainty.
    fn of(diagnosis: &Diagnosis) -> Self {
        let given = diagnosis.certainty.map(certainty);
        let is_present =
            matches!(diagnosis.certainty, Some(Certainty::Provisional | Certainty::Confirmed));
        match claim::of(&diagnosis.term) {
            Claim::Plain => Self { clinical: is_present.then_some("active"), verification: given },
            Claim::Queried => Self { clinical: None, verification: given.or(Some("unconfirmed")) },
            Claim::Refuted => Self { clinical: None, verification: Some("refuted") },
            Claim::Past => Self { clinical: Some("inactive"), verification: given },
            Claim::Unclear => Self { clinical: None, verification: None },
        }
    }

    fn is_of_encounter(&self) -> bool {
        self.verification != Some("refuted") && self.clinical != Some("inactive")
    }
}

fn certainty(certainty: Certainty) -> &'static str {
    match certainty {
        Certainty::Unconfirmed => "unconfirmed",
        Certainty::Provisional => "provisional",
        Certainty::Differential => "differential",
        Certainty::Confirmed => "confirmed",
        Certainty::Refuted => "refuted",
    }
}

fn item<'a>(draft: &mut Draft<'a>, index: usize, diagnosis: &'a Diagnosis) -> Item<'a> {
    let words = &diagnosis.term;
    let codings = [
        coding(system::SNOMED_CT, diagnosis.sct_code.as_ref(), diagnosis.sct_term.as_ref(), words),
        coding(system::ICD_10, diagnosis.icd10_code.as_ref(), diagnosis.icd10_term.as_ref(), words),
    ];
    let reading = DiagnosisWording::of(diagnosis);
    let line = line([
        Some(words),
        reading.verification,
        reading.clinical.filter(|code| *code != "active"),
        diagnosis.icd10_code.as_deref(),
    ]);
    let verified = reading.verification.map(|code| {
        let coding = Coding::new(system::CONDITION_VERIFICATION, code, status::display(code));
        CodeableConcept::coded(coding)
    });
    let condition = Condition {
        id: draft.id(&format!("diagnosis/{index}")),
        meta: Meta::of(profile::CONDITION),
        text: Narrative::paragraph(&line),
        clinical_status: reading.clinical.map(clinical_status),
        verification_status: verified,
        category: Some([category("encounter-diagnosis", "Encounter Diagnosis")]),
        code: CodeableConcept::worded(words, codings.into_iter().flatten()),
        subject: draft.patient(),
        encounter: draft.encounter(),
        onset_date_time: None,
        onset_string: None,
        recorded_date: Some(draft.at(diagnosis.recorded_at.as_ref()).as_str()),
        recorder: draft.practitioner(),
        note: vec![],
    };
    let item = draft.add(condition, words, line);
    if reading.is_of_encounter() {
        draft.diagnoses.push(EncounterDiagnosis {
            condition: item.reference.clone(),
            role: role(draft.hi_type(), reading.verification).map(CodeableConcept::coded),
        });
    }
    item
}

/// What a diagnosis was to the visit, as far as its certainty tells.
fn role(document: HiType, verification: Option<&str>) -> Option<Coding<'static>> {
    let (code, display) = match verification? {
        "provisional" => ("148006", "Preliminary diagnosis"),
        "confirmed" if document == HiType::DischargeSummary => {
            ("89100005", "Final diagnosis (discharge)")
        }
        "confirmed" => ("39154008", "Clinical diagnosis"),
        _ => return None,
    };
    Some(Coding::new(system::SNOMED_CT, code, display))
}
