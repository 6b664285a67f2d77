//! The visit itself, a stay it belongs to, and the next appointment.

use serde::{Deserialize, Serialize};

use super::Moment;
use super::values::whole;

/// When and how the patient was seen.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Visit {
    /// The care context: up to 255 of the characters that the network allows in a reference.
    pub visit_code: String,
    /// Internal to the record system.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ben_visit_id: Option<String>,
    /// Begin.
    pub visit_date: Moment,
    /// End; never before the begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<Moment>,
    /// An open list of the record system; `General OPD` yields a consultation note.
    pub category: String,
    /// In the words of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// State of the nurse's part: 1 waiting, 2 and 3 at work, 9 done.
    #[serde(default, deserialize_with = "whole::some", skip_serializing_if = "Option::is_none")]
    pub nurse_flag: Option<i64>,
    /// State of the doctor's part, same numbers.
    #[serde(default, deserialize_with = "whole::some", skip_serializing_if = "Option::is_none")]
    pub doc_flag: Option<i64>,
    /// State of the specialist's part, same numbers; 0 is no specialist.
    #[serde(default, deserialize_with = "whole::some", skip_serializing_if = "Option::is_none")]
    pub specialist_flag: Option<i64>,
    /// Ambulatory when absent, unless there is an admission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encounter_class: Option<EncounterClass>,
}

/// The setting, by its code in HL7 v3 `ActCode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EncounterClass {
    /// Outpatient.
    #[serde(rename = "AMB")]
    Ambulatory,
    /// Admitted.
    #[serde(rename = "IMP")]
    Inpatient,
    /// Emergency room.
    #[serde(rename = "EMER")]
    Emergency,
    /// By phone or video.
    #[serde(rename = "VR")]
    Virtual,
    /// At home.
    #[serde(rename = "HH")]
    Home,
}

/// An inpatient or day-care stay.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Admission {
    /// Begin of the stay.
    pub admitted_at: Moment,
    /// End of the stay; never before the begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discharged_at: Option<Moment>,
    /// Where the patient went: `home`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition: Option<String>,
    /// What the patient was told to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

/// The next appointment.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FollowUp {
    /// Begin.
    pub start: Moment,
    /// End; never before the begin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<Moment>,
    /// In the words of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// With whom; the practitioner of the visit when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_name: Option<String>,
    /// Their post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub designation: Option<String>,
}
