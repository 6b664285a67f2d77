//! The facility.

use crate::document::draft::Draft;
use crate::model::datatype::{Address, CodeableConcept, Coding, Identifier, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::Organization;
use crate::terminology::system;

pub(in crate::document) fn organization<'a>(draft: &Draft<'a>) -> Organization<'a> {
    let facility = &draft.visit.facility;
    let address = Address {
        line: [&facility.address, &facility.location_name]
            .into_iter()
            .filter_map(|line| line.as_deref())
            .collect(),
        city: None,
        district: facility.district.as_deref(),
        state: facility.state.as_deref(),
        postal_code: None,
        country: None,
    };
    let number = Coding::new(system::IDENTIFIER_TYPE, "PRN", "Provider number");
    Organization {
        id: draft.id("organization"),
        meta: Meta::of(profile::ORGANIZATION),
        text: Narrative::paragraph(&facility.abdm_facility_name),
        identifier: [Identifier {
            system: Some(system::FACILITIES.into()),
            ..Identifier::new(CodeableConcept::coded(number), &facility.abdm_facility_id)
        }],
        name: &facility.abdm_facility_name,
        address: address.unless_empty().map(|address| [address]),
    }
}
