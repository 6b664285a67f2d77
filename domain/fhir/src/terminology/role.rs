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

/// Posts without a code here whose holders read results.
const READERS: [&str; 5] =
    ["pathologist", "microbiologist", "biochemist", "senior resident", "sonologist"];

/// Degrees of physicians and dentists, as they are printed under a name.
const DEGREES: [&str; 14] = [
    "mbbs", "md", "ms", "dnb", "dm", "mch", "frcs", "mrcp", "bds", "mds", "bams", "bhms", "bums",
    "dmrd",
];

/// Whether somebody of that post and qualification may read a result for the patient. A known post
/// decides; of an unknown one the qualification does.
pub(crate) fn may_interpret(designation: Option<&str>, qualification: Option<&str>) -> bool {
    if let Some(role) = designation.and_then(of) {
        return role == DOCTOR || role == RADIOLOGIST;
    }
    designation.is_some_and(|post| READERS.contains(&normal(post).as_str()))
        || qualification.is_some_and(is_medical)
}

fn is_medical(qualification: &str) -> bool {
    let letters = qualification.replace('.', "").to_lowercase();
    letters.split(|letter: char| !letter.is_alphanumeric()).any(|word| DEGREES.contains(&word))
}

/// What kind of council registers somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Council {
    Medical,
    Nursing,
    Pharmacy,
}

/// By post, else by qualification; none when neither tells.
pub(crate) fn council(designation: Option<&str>, qualification: Option<&str>) -> Option<Council> {
    match designation.and_then(of) {
        Some(NURSE) => Some(Council::Nursing),
        Some(PHARMACIST) => Some(Council::Pharmacy),
        Some(DOCTOR | RADIOLOGIST) => Some(Council::Medical),
        Some(_) => None,
        None => qualification.is_some_and(is_medical).then_some(Council::Medical),
    }
}

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

    #[test]
    fn only_a_reader_of_results_may_interpret_them() {
        assert!(may_interpret(Some("Medical Officer"), None));
        assert!(may_interpret(Some("Pathologist"), None));
        assert!(may_interpret(Some("In-charge"), Some("M.B.B.S., MD (Medicine)")));
        assert!(may_interpret(None, Some("MBBS")));
        assert!(!may_interpret(Some("Staff Nurse"), Some("MD")));
        assert!(!may_interpret(Some("Lab Technician"), Some("DMLT")));
        assert!(!may_interpret(None, Some("GNM")));
        assert!(!may_interpret(None, None));
    }
}
