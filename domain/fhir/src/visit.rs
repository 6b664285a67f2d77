//! The visit document: what an electronic medical record sends about one visit.
//!
//! [`VisitDocument::parse`] is the only door. What comes through it is well-formed, fits
//! [`VISIT_SCHEMA`], and means something (its dates exist, its attachments decode), so the
//! builders never meet a half-understood visit. Everything a stranger's bytes can do wrong is
//! answered with a list of [`VisitError`]s that say where and what was expected, and never
//! repeat what was sent: it is a patient's record.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))] // numbers and instants here come from outside

mod attachment;
mod beneficiary;
mod clinical;
mod error;
mod facility;
mod guard;
mod history;
mod invoice;
mod laboratory;
mod meaning;
pub(crate) mod media_type;
pub(crate) mod path;
mod practitioner;
mod prescription;
mod schema;
mod stay;
pub(crate) mod values;
mod vitals;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

pub use self::attachment::{Attachment, ScannedDocument, ScannedDocumentKind};
pub use self::beneficiary::{Address, Age, AgeUnit, Beneficiary, Gender};
pub use self::clinical::{
    Allergy, AllergyKind, Certainty, ChiefComplaint, Diagnosis, Procedure, Referral,
};
pub use self::error::{Rule, VisitError, VisitErrors};
pub use self::facility::Facility;
pub use self::guard::{BYTES_MAX, DEPTH_MAX, VALUES_MAX};
pub use self::history::{CurrentMedication, FamilyHistory, Immunization, PastCondition};
pub use self::invoice::{Invoice, InvoiceKind, InvoiceLine};
pub use self::laboratory::{ImagingReport, LabComponent, LabSpecimen, LabTest, LabValue};
pub use self::practitioner::{Practitioner, PractitionerRole, Practitioners};
pub use self::prescription::Prescription;
pub use self::schema::VISIT_SCHEMA;
pub use self::stay::{Admission, EncounterClass, FollowUp, Visit};
pub use self::values::decimal::Decimal;
pub(crate) use self::values::moment::facility_zone;
pub use self::values::moment::{Moment, PartialDate};
pub use self::vitals::{TemperatureUnit, Vitals};

use self::error::Found;
use self::path::Path;

/// One visit, as it was sent and checked.
///
/// Absent means unknown: no field holds an empty string, an empty list, or a zero that stands for
/// "not measured". The type prints as `‹redacted›`, because all of it is about a patient.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VisitDocument {
    /// Always `1.0`; a change that old readers would misread gets another number.
    pub schema_version: String,
    /// The sender's idempotency key: a repeated push carries the same one.
    pub event_id: Uuid,
    /// When and how the patient was seen.
    pub visit: Visit,
    /// The patient.
    pub beneficiary: Beneficiary,
    /// The facility where the visit took place.
    pub facility: Facility,
    /// Who saw the patient; one of them is the author of the documents.
    pub practitioner: Practitioners,
    /// What the patient came with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chief_complaints: Vec<ChiefComplaint>,
    /// What the practitioner found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnoses: Vec<Diagnosis>,
    /// What was measured on the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vitals: Option<Vitals>,
    /// Known allergies, of every kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allergies: Vec<Allergy>,
    /// Earlier illnesses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub medical_history: Vec<PastCondition>,
    /// Medicines taken before this visit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub current_medications: Vec<CurrentMedication>,
    /// Illnesses of relatives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub family_history: Vec<FamilyHistory>,
    /// Medicines ordered in this visit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prescriptions: Vec<Prescription>,
    /// Laboratory tests, ordered or with results.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lab_tests: Vec<LabTest>,
    /// Imaging with its report.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imaging_reports: Vec<ImagingReport>,
    /// Vaccine doses, given or due.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub immunizations: Vec<Immunization>,
    /// The next appointment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follow_up: Option<FollowUp>,
    /// Where the patient was sent on to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referral: Option<Referral>,
    /// What was done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub procedures: Vec<Procedure>,
    /// Its presence marks an inpatient or day-care stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admission: Option<Admission>,
    /// Scanned papers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<ScannedDocument>,
    /// The bill.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice: Option<Invoice>,
}

impl VisitDocument {
    /// Reads a visit document from JSON text in UTF-8.
    ///
    /// Bounded in time and memory by [`BYTES_MAX`], [`DEPTH_MAX`] and [`VALUES_MAX`].
    ///
    /// # Errors
    ///
    /// Everything that is wrong, sorted by path, at most [`VisitErrors::MAX`] entries. Breaking
    /// one of the three limits, or JSON that does not parse, is reported alone.
    pub fn parse(bytes: &[u8]) -> Result<Self, VisitErrors> {
        let mut found = Found::default();
        {
            let value = guard::read(bytes, &mut found)?;
            schema::check(&value, &mut found);
            meaning::check(&value, &mut found);
        }
        found.into_result()?;
        // The value tree has lost how numbers were written, so the types are read from the bytes.
        read_types(bytes)
    }
}

fn read_types(bytes: &[u8]) -> Result<VisitDocument, VisitErrors> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        VisitErrors::one(&Path::from(error.path()), Rule::Type, "does not fit the visit document")
    })
}

impl std::fmt::Debug for VisitDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VisitDocument(‹redacted›)")
    }
}

/// Whether a JSON value is present and not `null`; the schema refuses `null` by its type rules.
fn present<'a>(value: &'a Value, keys: &[&str]) -> Option<&'a Value> {
    keys.iter().try_fold(value, |at, key| at.get(key))
}

#[cfg(test)]
mod tests;
