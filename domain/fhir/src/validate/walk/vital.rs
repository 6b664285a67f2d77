//! Vital signs: R4 has a profile for some measures, and it holds whatever the resource claims.

use super::{View, Walk};
use crate::rules::name::Name;
use crate::rules::table::ProfileId;

const LOINC: &str = "http://loinc.org";

/// Code of LOINC, and the profile of R4 for it.
const PROFILES: [(&str, &str); 11] = [
    ("85353-1", "http://hl7.org/fhir/StructureDefinition/vitalspanel"),
    ("9279-1", "http://hl7.org/fhir/StructureDefinition/resprate"),
    ("8867-4", "http://hl7.org/fhir/StructureDefinition/heartrate"),
    ("2708-6", "http://hl7.org/fhir/StructureDefinition/oxygensat"),
    ("59408-5", "http://hl7.org/fhir/StructureDefinition/oxygensat"),
    ("8310-5", "http://hl7.org/fhir/StructureDefinition/bodytemp"),
    ("8302-2", "http://hl7.org/fhir/StructureDefinition/bodyheight"),
    ("9843-4", "http://hl7.org/fhir/StructureDefinition/headcircum"),
    ("29463-7", "http://hl7.org/fhir/StructureDefinition/bodyweight"),
    ("39156-5", "http://hl7.org/fhir/StructureDefinition/bmi"),
    ("85354-9", "http://hl7.org/fhir/StructureDefinition/bp"),
];

impl<'t> Walk<'_, 't> {
    /// The profile that the code of an observation brings with it. The validator of HL7 waits for its claim.
    pub(super) fn vital_sign(&self, at: View<'t>) -> Option<ProfileId> {
        if self.fhir_only || !at.is(Name::RESOURCE_TYPE, "Observation") {
            return None;
        }
        let mut codings = at.member(Name::CODE)?.each(Name::CODING);
        let url = codings.find_map(|coding| {
            let code = coding.text_of(Name::CODE).filter(|_| coding.is(Name::SYSTEM, LOINC))?;
            PROFILES.iter().find(|(known, _)| *known == code).map(|(_, url)| *url)
        })?;
        self.rules.profile_at(url)
    }
}
