//! What the practitioner concluded.
//!
//! No document has a section for it: a diagnosis belongs to the encounter, is the reason for a
//! prescription, and is listed with the medical history.

use super::chief_complaints::{category, clinical_status};
use super::{coding, line};
use crate::document::draft::{Draft, Item};
use crate::hi_type::HiType;
use crate::model::datatype::{CodeableConcept, Coding, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{Condition, Diagnosis as EncounterDiagnosis};
use crate::terminology::system;
use crate::visit::{Certainty, Diagnosis};

/// Adds the diagnoses to the document, once.
pub(in crate::document) fn items<'a>(draft: &mut Draft<'a>) -> Vec<Item<'a>> {
    let diagnoses = draft.visit.diagnoses.iter().enumerate();
    diagnoses.map(|(index, diagnosis)| item(draft, index, diagnosis)).collect()
}

fn item<'a>(draft: &mut Draft<'a>, index: usize, diagnosis: &'a Diagnosis) -> Item<'a> {
    let words = &diagnosis.term;
    let codings = [
        coding(system::SNOMED_CT, diagnosis.sct_code.as_ref(), diagnosis.sct_term.as_ref(), words),
        coding(system::ICD_10, diagnosis.icd10_code.as_ref(), diagnosis.icd10_term.as_ref(), words),
    ];
    let certainty = diagnosis.certainty.unwrap_or(Certainty::Provisional);
    let (code, display) = match certainty {
        Certainty::Provisional => ("provisional", "Provisional"),
        Certainty::Confirmed => ("confirmed", "Confirmed"),
    };
    let line = line([Some(words), Some(code), diagnosis.icd10_code.as_deref()]);
    let recorded = diagnosis.recorded_at.as_ref().unwrap_or(&draft.visit.visit.visit_date);
    let verified = Coding::new(system::CONDITION_VERIFICATION, code, display);
    let condition = Condition {
        id: draft.id(&format!("diagnosis/{index}")),
        meta: Meta::of(profile::CONDITION),
        text: Narrative::paragraph(&line),
        clinical_status: Some(clinical_status("active")),
        verification_status: Some(CodeableConcept::coded(verified)),
        category: Some([category("encounter-diagnosis", "Encounter Diagnosis")]),
        code: CodeableConcept::worded(words, codings.into_iter().flatten()),
        subject: draft.patient(),
        encounter: draft.encounter(),
        onset_date_time: None,
        onset_string: None,
        recorded_date: Some(recorded.as_str()),
        recorder: draft.practitioner(),
        note: vec![],
    };
    let item = draft.add(condition, words, line);
    draft.diagnoses.push(EncounterDiagnosis {
        condition: item.reference.clone(),
        role: CodeableConcept::coded(role(draft.hi_type(), certainty)),
    });
    item
}

/// What a diagnosis was to the visit.
fn role(document: HiType, certainty: Certainty) -> Coding<'static> {
    let (code, display) = match certainty {
        Certainty::Provisional => ("148006", "Preliminary diagnosis"),
        Certainty::Confirmed if document == HiType::DischargeSummary => {
            ("89100005", "Final diagnosis (discharge)")
        }
        Certainty::Confirmed => ("39154008", "Clinical diagnosis"),
    };
    Coding::new(system::SNOMED_CT, code, display)
}
