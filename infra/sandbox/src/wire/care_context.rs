//! Care contexts, as HIPs offer them and as they are linked at the gateway.

/// A care context with one hi type, offered by a HIP or linked at the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CareContext {
    /// Service id of the facility that has the records.
    pub facility: String,
    /// The HIP's reference of the patient.
    pub patient_reference: String,
    /// The patient's name at the facility.
    pub patient_display: String,
    /// The HIP's reference of the care context.
    pub care_context_reference: String,
    /// Text that the PHR app shows to the patient.
    pub display: String,
    /// One of the eight hi types. A list may contain the same care context once for each type.
    ///
    /// Empty if it came in v0.5, which has no hi types. It then stands for all of them.
    pub hi_type: String,
}

impl CareContext {
    /// Whether both refer to the same records. The displays may differ.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.facility == other.facility
            && self.patient_reference == other.patient_reference
            && self.care_context_reference == other.care_context_reference
            && (self.hi_type == other.hi_type
                || self.hi_type.is_empty()
                || other.hi_type.is_empty())
    }
}
