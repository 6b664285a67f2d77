//! The posts that people hold at a facility, in SNOMED CT.
//!
//! A record system names one person for a visit, and it is not always the doctor: a nurse screens, a
//! laboratory technician enters results, a pharmacist hands out. Saying that all of them are doctors
//! would be wrong, so the role follows the designation, and an unknown designation stays a text.

use super::normal;

const DOCTOR: (&str, &str) = ("158965000", "Medical practitioner");
const NURSE: (&str, &str) = ("106292003", "Professional nurse");
const LABORATORY_TECHNICIAN: (&str, &str) = ("159282002", "Laboratory technician");
const PHARMACIST: (&str, &str) = ("46255001", "Pharmacist");
const RADIOLOGIST: (&str, &str) = ("66862007", "Radiologist");

/// Designations as record systems write them. Typical words; a deployment may use others.
const ROLES: &[(&str, (&str, &str))] = &[
    ("doctor", DOCTOR),
    ("medical officer", DOCTOR),
    ("mo", DOCTOR),
    ("physician", DOCTOR),
    ("consultant", DOCTOR),
    ("specialist", DOCTOR),
    ("tc specialist", DOCTOR),
    ("oncologist", DOCTOR),
    ("gynaecologist", DOCTOR),
    ("paediatrician", DOCTOR),
    ("surgeon", DOCTOR),
    ("nurse", NURSE),
    ("staff nurse", NURSE),
    ("nursing officer", NURSE),
    ("lab technician", LABORATORY_TECHNICIAN),
    ("labtechnician", LABORATORY_TECHNICIAN),
    ("laboratory technician", LABORATORY_TECHNICIAN),
    ("pharmacist", PHARMACIST),
    ("radiologist", RADIOLOGIST),
];

/// Code and display for a designation such as `Staff Nurse`.
pub(crate) fn of(designation: &str) -> Option<(&'static str, &'static str)> {
    let designation = normal(designation);
    ROLES.iter().find(|(known, _)| *known == designation).map(|(_, role)| *role)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_designation_says_what_somebody_is_and_nobody_is_a_doctor_by_default() {
        assert_eq!(of("Medical  Officer"), Some(DOCTOR));
        assert_eq!(of("STAFF NURSE"), Some(NURSE));
        assert_eq!(of("Lab Technician"), Some(LABORATORY_TECHNICIAN));
        assert_eq!(of("Pharmacist"), Some(PHARMACIST));
        assert_eq!(of("Community Health Officer"), None);
    }
}
