//! What was measured on the body.

use serde::{Deserialize, Serialize};

use super::{Decimal, Moment};

/// Measures of one round; every one above zero.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Vitals {
    /// When it was measured; the visit date when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<Moment>,
    /// In `temperature_unit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<Decimal>,
    /// Fahrenheit when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature_unit: Option<TemperatureUnit>,
    /// Beats a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pulse_rate: Option<Decimal>,
    /// Breaths a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub respiratory_rate: Option<Decimal>,
    /// mm of mercury, first reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub systolic: Option<Decimal>,
    /// mm of mercury, first reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diastolic: Option<Decimal>,
    /// What the record makes of the pressure: `Hypertensive`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blood_pressure_status: Option<String>,
    /// Oxygen saturation in percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spo2: Option<Decimal>,
    /// mg/dL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub glucose_fasting: Option<Decimal>,
    /// mg/dL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub glucose_random: Option<Decimal>,
    /// mg/dL, two hours after a meal.
    #[serde(rename = "glucose2hPostMeal", skip_serializing_if = "Option::is_none")]
    pub glucose_2h_post_meal: Option<Decimal>,
    /// Kilograms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_kg: Option<Decimal>,
    /// Centimetres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_cm: Option<Decimal>,
    /// kg/m².
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bmi: Option<Decimal>,
    /// Centimetres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waist_cm: Option<Decimal>,
    /// Centimetres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_circumference_cm: Option<Decimal>,
    /// Mid-upper-arm circumference in centimetres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub muac_cm: Option<Decimal>,
}

impl Vitals {
    /// Whether anything was measured: a time and a status alone are no measure.
    pub fn has_measures(&self) -> bool {
        let measures = [
            &self.temperature,
            &self.pulse_rate,
            &self.respiratory_rate,
            &self.systolic,
            &self.diastolic,
            &self.spo2,
            &self.glucose_fasting,
            &self.glucose_random,
            &self.glucose_2h_post_meal,
            &self.weight_kg,
            &self.height_cm,
            &self.bmi,
            &self.waist_cm,
            &self.head_circumference_cm,
            &self.muac_cm,
        ];
        measures.into_iter().any(Option::is_some)
    }
}

/// The unit of a body temperature, by its UCUM code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TemperatureUnit {
    /// Degrees Fahrenheit.
    #[serde(rename = "[degF]")]
    Fahrenheit,
    /// Degrees Celsius.
    #[serde(rename = "Cel")]
    Celsius,
}
