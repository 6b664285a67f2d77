//! Ids that follow from content.

use std::io;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::hi_type::HiType;
use crate::visit::VisitDocument;

/// Namespace of all document ids; an arbitrary constant that may never change.
const DOCUMENTS: Uuid = Uuid::from_u128(0x196c657f_7453_40cb_85e2_6886e3e1376e);

/// SHA-256 over all that a visit says.
///
/// Without the push's `eventId`: the same content sent twice is the same content.
pub(super) struct ContentDigest([u8; 32]);

impl ContentDigest {
    pub(super) fn of(visit: &VisitDocument) -> Self {
        // Taken apart by name, so that a new field cannot be forgotten here.
        let VisitDocument {
            schema_version,
            event_id: _,
            visit,
            beneficiary,
            facility,
            practitioner,
            chief_complaints,
            diagnoses,
            vitals,
            allergies,
            medical_history,
            current_medications,
            family_history,
            prescriptions,
            lab_tests,
            imaging_reports,
            immunizations,
            follow_up,
            referral,
            procedures,
            admission,
            documents,
            invoice,
        } = visit;
        let content = (
            (schema_version, visit, beneficiary, facility, practitioner),
            (chief_complaints, diagnoses, vitals, allergies),
            (medical_history, current_medications, family_history, prescriptions),
            (lab_tests, imaging_reports, immunizations, follow_up, referral),
            (procedures, admission, documents, invoice),
        );
        let mut hasher = Hashing(Sha256::new());
        serde_json::to_writer(&mut hasher, &content).expect("plain structs always serialise");
        Self(hasher.0.finalize().into())
    }
}

struct Hashing(Sha256);

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The ids of one document: each resource has a path such as `complaint/0`.
pub(super) struct Ids(Uuid);

impl Ids {
    /// `key` tells apart the documents of a kind that a visit may yield several of.
    pub(super) fn new(
        visit: &VisitDocument,
        hi_type: HiType,
        key: Option<&str>,
        content: &ContentDigest,
    ) -> Self {
        let facility = visit.facility.abdm_facility_id.as_str();
        let mut name = Vec::with_capacity(128);
        let whose = [facility, &visit.visit.visit_code, hi_type.as_str()];
        for part in whose.into_iter().chain(key) {
            // Lengths keep apart what would otherwise run together.
            name.extend((part.len() as u64).to_be_bytes());
            name.extend(part.as_bytes());
        }
        name.extend(content.0);
        Self(Uuid::new_v5(&DOCUMENTS, &name))
    }

    pub(super) fn document(&self) -> Uuid {
        self.0
    }

    pub(super) fn of(&self, path: &str) -> Uuid {
        Uuid::new_v5(&self.0, path.as_bytes())
    }
}
