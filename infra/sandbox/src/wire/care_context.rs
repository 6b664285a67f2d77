//! Care contexts, as HIPs offer them and the gateway holds them.

/// A care context under one hi type, as a HIP offers it or the gateway holds it as linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CareContext {
    /// The service id of the facility that holds it.
    pub facility: String,
    /// The HIP's own reference of the patient.
    pub patient_reference: String,
    /// What the patient is called there.
    pub patient_display: String,
    /// The HIP's own reference of the care context.
    pub care_context_reference: String,
    /// What the patient reads in the list.
    pub display: String,
    /// One of the eight hi types. The same care context may stand in a list once per type.
    ///
    /// Empty when it came in v0.5, which names none: it stands for whatever the records are.
    pub hi_type: String,
}

impl CareContext {
    /// Whether both name the same records, however they are displayed.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.facility == other.facility
            && self.patient_reference == other.patient_reference
            && self.care_context_reference == other.care_context_reference
            && (self.hi_type == other.hi_type
                || self.hi_type.is_empty()
                || other.hi_type.is_empty())
    }
}
