//! Measures of the body, in LOINC and UCUM.

use crate::model::profile;

/// How one measure is told.
///
/// The codes are those of the R4 vital-sign profiles, which validators apply by code alone; so the
/// UCUM codes are not a matter of taste.
pub(crate) struct Measure {
    pub(crate) code: &'static str,
    pub(crate) display: &'static str,
    /// The unit for people.
    pub(crate) unit: &'static str,
    pub(crate) ucum: &'static str,
    pub(crate) profile: &'static str,
}

macro_rules! measures {
    ($($name:ident: $code:literal $display:literal, $unit:literal $ucum:literal, $profile:ident;)+) => {
        $(pub(crate) const $name: Measure = Measure {
            code: $code,
            display: $display,
            unit: $unit,
            ucum: $ucum,
            profile: profile::$profile,
        };)+

        #[cfg(test)]
        const ALL: &[Measure] = &[$($name),+];
    };
}

measures! {
    TEMPERATURE_FAHRENHEIT: "8310-5" "Body temperature", "°F" "[degF]", OBSERVATION_VITAL_SIGNS;
    TEMPERATURE_CELSIUS: "8310-5" "Body temperature", "°C" "Cel", OBSERVATION_VITAL_SIGNS;
    PULSE_RATE: "8867-4" "Heart rate", "/min" "/min", OBSERVATION_VITAL_SIGNS;
    RESPIRATORY_RATE: "9279-1" "Respiratory rate", "/min" "/min", OBSERVATION_VITAL_SIGNS;
    BLOOD_PRESSURE: "85354-9" "Blood pressure panel with all children optional",
        "mmHg" "mm[Hg]", OBSERVATION_VITAL_SIGNS;
    SYSTOLIC: "8480-6" "Systolic blood pressure", "mmHg" "mm[Hg]", OBSERVATION_VITAL_SIGNS;
    DIASTOLIC: "8462-4" "Diastolic blood pressure", "mmHg" "mm[Hg]", OBSERVATION_VITAL_SIGNS;
    SPO2: "2708-6" "Oxygen saturation in Arterial blood", "%" "%", OBSERVATION_VITAL_SIGNS;
    WEIGHT: "29463-7" "Body weight", "kg" "kg", OBSERVATION_BODY_MEASUREMENT;
    HEIGHT: "8302-2" "Body height", "cm" "cm", OBSERVATION_BODY_MEASUREMENT;
    BMI: "39156-5" "Body mass index (BMI) [Ratio]", "kg/m2" "kg/m2", OBSERVATION_BODY_MEASUREMENT;
    WAIST: "8280-0" "Waist Circumference at umbilicus by Tape measure",
        "cm" "cm", OBSERVATION_BODY_MEASUREMENT;
    HEAD: "9843-4" "Head Occipital-frontal circumference",
        "cm" "cm", OBSERVATION_BODY_MEASUREMENT;
    UPPER_ARM: "56072-2" "Circumference Mid upper arm - right",
        "cm" "cm", OBSERVATION_BODY_MEASUREMENT;
    GLUCOSE_RANDOM: "2339-0" "Glucose [Mass/volume] in Blood",
        "mg/dL" "mg/dL", OBSERVATION_GENERAL_ASSESSMENT;
    GLUCOSE_FASTING: "41604-0" "Fasting glucose [Mass/volume] in Capillary blood by Glucometer",
        "mg/dL" "mg/dL", OBSERVATION_GENERAL_ASSESSMENT;
    GLUCOSE_AFTER_MEAL: "1521-4" "Glucose [Mass/volume] in Serum or Plasma --2 hours post meal",
        "mg/dL" "mg/dL", OBSERVATION_GENERAL_ASSESSMENT;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_ucum() {
        assert!(ALL.iter().all(|measure| crate::terminology::ucum::is_unit(measure.ucum)));
    }
}
