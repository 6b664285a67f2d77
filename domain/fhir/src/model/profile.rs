//! Canonical addresses of the NRCeS profiles, package ndhm.in 6.5.0.

macro_rules! profiles {
    ($($name:ident = $id:literal),+ $(,)?) => {
        $(pub(crate) const $name: &str =
            concat!("https://nrces.in/ndhm/fhir/r4/StructureDefinition/", $id);)+
    };
}

profiles! {
    DOCUMENT_BUNDLE = "DocumentBundle",
    OP_CONSULT_RECORD = "OPConsultRecord",
    PRESCRIPTION_RECORD = "PrescriptionRecord",
    DIAGNOSTIC_REPORT_RECORD = "DiagnosticReportRecord",
    DISCHARGE_SUMMARY_RECORD = "DischargeSummaryRecord",
    IMMUNIZATION_RECORD = "ImmunizationRecord",
    HEALTH_DOCUMENT_RECORD = "HealthDocumentRecord",
    WELLNESS_RECORD = "WellnessRecord",
    INVOICE_RECORD = "InvoiceRecord",
    ALLERGY_INTOLERANCE = "AllergyIntolerance",
    APPOINTMENT = "Appointment",
    CARE_PLAN = "CarePlan",
    CHARGE_ITEM = "ChargeItem",
    CONDITION = "Condition",
    DIAGNOSTIC_REPORT_IMAGING = "DiagnosticReportImaging",
    DIAGNOSTIC_REPORT_LAB = "DiagnosticReportLab",
    DOCUMENT_REFERENCE = "DocumentReference",
    ENCOUNTER = "Encounter",
    FAMILY_MEMBER_HISTORY = "FamilyMemberHistory",
    IMMUNIZATION = "Immunization",
    IMMUNIZATION_RECOMMENDATION = "ImmunizationRecommendation",
    INVOICE = "Invoice",
    MEDIA = "Media",
    MEDICATION_REQUEST = "MedicationRequest",
    MEDICATION_STATEMENT = "MedicationStatement",
    OBSERVATION = "Observation",
    OBSERVATION_BODY_MEASUREMENT = "ObservationBodyMeasurement",
    OBSERVATION_GENERAL_ASSESSMENT = "ObservationGeneralAssessment",
    OBSERVATION_VITAL_SIGNS = "ObservationVitalSigns",
    ORGANIZATION = "Organization",
    PATIENT = "Patient",
    PRACTITIONER = "Practitioner",
    PRACTITIONER_ROLE = "PractitionerRole",
    PROCEDURE = "Procedure",
    SERVICE_REQUEST = "ServiceRequest",
    SPECIMEN = "Specimen",
}
