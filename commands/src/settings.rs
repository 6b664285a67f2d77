//! What an operator decides.

use hip_domain::id::FacilityId;

/// A facility that this process serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facility {
    /// Its service id, as `bridge-services` lists it.
    pub id: FacilityId,
    /// Its name, as patients know it.
    pub name: String,
}

/// What an operator decides about the provider's behaviour.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The facilities that this process serves.
    pub facilities: Vec<Facility>,
    /// Number of the first page of a data push: peers disagree between 0 and 1.
    pub first_page_number: u32,
    /// How far a patient's year of birth may differ from ours in a discovery.
    pub year_of_birth_tolerance: i32,
}

impl Settings {
    /// A facility that is served here.
    pub fn facility(&self, id: &FacilityId) -> Option<&Facility> {
        self.facilities.iter().find(|facility| facility.id == *id)
    }
}
