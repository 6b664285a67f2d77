//! Measures of the body that do not fit each other.

use super::{Found, WarningRule};
use crate::visit::{Decimal, VisitDocument};

/// How far an index may be off: it is often rounded to a whole number.
const INDEX_OFF: f64 = 0.5;
/// And weight and height were rounded before.
const INDEX_OFF_PART: f64 = 0.03;

pub(super) fn check(visit: &VisitDocument, found: &mut Found) {
    let Some(vitals) = &visit.vitals else {
        return;
    };
    let number = |measure: &Option<Decimal>| measure.as_ref().and_then(Decimal::nearest);
    if let (Some(high), Some(low)) = (number(&vitals.systolic), number(&vitals.diastolic))
        && low >= high
    {
        let text = "is not below vitals.systolic";
        found.add("vitals.diastolic", WarningRule::BloodPressure, text);
    }
    let body = (number(&vitals.weight_kg), number(&vitals.height_cm), number(&vitals.bmi));
    if let (Some(weight), Some(height), Some(index)) = body {
        let computed = weight / (height / 100.0).powi(2);
        if (computed - index).abs() > INDEX_OFF + computed * INDEX_OFF_PART {
            let text = "does not follow from vitals.weightKg and vitals.heightCm";
            found.add("vitals.bmi", WarningRule::BodyMassIndex, text);
        }
    }
}
