//! Where codes and identifiers come from.

pub(crate) const SNOMED_CT: &str = "http://snomed.info/sct";
pub(crate) const LOINC: &str = "http://loinc.org";
pub(crate) const ICD_10: &str = "http://hl7.org/fhir/sid/icd-10";
pub(crate) const UCUM: &str = "http://unitsofmeasure.org";

pub(crate) const IDENTIFIER_TYPE: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";
pub(crate) const ABDM_IDENTIFIER_TYPE: &str =
    "https://nrces.in/ndhm/fhir/r4/CodeSystem/ndhm-identifier-type-code";
pub(crate) const ACT_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-ActCode";
pub(crate) const ROLE_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";
pub(crate) const CONFIDENTIALITY: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
pub(crate) const CONDITION_CLINICAL: &str =
    "http://terminology.hl7.org/CodeSystem/condition-clinical";
pub(crate) const CONDITION_VERIFICATION: &str =
    "http://terminology.hl7.org/CodeSystem/condition-ver-status";
pub(crate) const CONDITION_CATEGORY: &str =
    "http://terminology.hl7.org/CodeSystem/condition-category";
pub(crate) const ALLERGY_CLINICAL: &str =
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical";
pub(crate) const ALLERGY_VERIFICATION: &str =
    "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification";
pub(crate) const OBSERVATION_CATEGORY: &str =
    "http://terminology.hl7.org/CodeSystem/observation-category";
pub(crate) const INTERPRETATION: &str =
    "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
pub(crate) const RECOMMENDATION_STATUS: &str =
    "http://terminology.hl7.org/CodeSystem/immunization-recommendation-status";
pub(crate) const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
pub(crate) const BILLING: &str = "https://nrces.in/ndhm/fhir/r4/CodeSystem/ndhm-billing-codes";
pub(crate) const PRICE_COMPONENTS: &str =
    "https://nrces.in/ndhm/fhir/r4/CodeSystem/ndhm-price-components";
pub(crate) const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
pub(crate) const DATA_ABSENT_REASON: &str =
    "http://terminology.hl7.org/CodeSystem/data-absent-reason";

/// ABHA numbers.
pub(crate) const ABHA: &str = "https://healthid.ndhm.gov.in";
/// Healthcare Professionals Registry.
pub(crate) const PROFESSIONALS: &str = "https://doctor.ndhm.gov.in";
/// Health Facility Registry.
pub(crate) const FACILITIES: &str = "https://facility.ndhm.gov.in";

/// Numbers of the state medical councils, which the National Medical Commission keeps in one register.
pub(crate) const MEDICAL_COUNCILS: &str = "https://www.nmc.org.in";
/// Numbers of the state nursing councils, likewise of the Indian Nursing Council.
pub(crate) const NURSING_COUNCILS: &str = "https://www.indiannursingcouncil.org";
/// Numbers of the state pharmacy councils, likewise of the Pharmacy Council of India.
pub(crate) const PHARMACY_COUNCILS: &str = "https://www.pci.nic.in";
