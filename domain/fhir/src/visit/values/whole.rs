//! Whole numbers the way JSON Schema sees them: `3` and `3.0` are both integers.

use serde::Deserialize as _;
use serde::de::{Deserializer, Error as _};

/// The largest whole number that a double holds exactly.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

pub(in crate::visit) fn some<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<i64>, D::Error> {
    required(deserializer).map(Some)
}

pub(in crate::visit) fn required<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<i64, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    if let Some(whole) = number.as_i64() {
        return Ok(whole);
    }
    match number.as_f64() {
        Some(value) if value.fract() == 0.0 && value.abs() < EXACT_MAX => {
            #[expect(clippy::cast_possible_truncation, reason = "whole and exact, tested above")]
            let whole = value as i64;
            Ok(whole)
        }
        _ => Err(D::Error::custom("not a whole number")),
    }
}
