//! What a laboratory holds for normal.

use crate::model::datatype::Quantity;
use crate::model::resource::ReferenceRange;
use crate::visit::{Decimal, LabComponent};

/// One or both ends; the low one is not above the high one.
pub(super) struct Range<'a> {
    low: Option<&'a Decimal>,
    high: Option<&'a Decimal>,
}

impl<'a> Range<'a> {
    pub(super) fn of(component: &'a LabComponent) -> Option<Self> {
        let (low, high) = (component.range_min.as_ref(), component.range_max.as_ref());
        let is_upside_down = low
            .and_then(Decimal::nearest)
            .zip(high.and_then(Decimal::nearest))
            .is_some_and(|(low, high)| low > high);
        let is_known = low.is_some() || high.is_some();
        (is_known && !is_upside_down).then_some(Self { low, high })
    }

    /// Where a value lies: code and display of HL7 v3 `ObservationInterpretation`. The ends of the
    /// range are normal.
    pub(super) fn verdict(&self, value: &Decimal) -> Option<(&'static str, &'static str)> {
        let value = value.nearest()?;
        let is_beyond = |end: Option<&Decimal>, beyond: fn(f64, f64) -> bool| {
            end.and_then(Decimal::nearest).is_some_and(|end| beyond(value, end))
        };
        Some(if is_beyond(self.low, |value, low| value < low) {
            ("L", "Low")
        } else if is_beyond(self.high, |value, high| value > high) {
            ("H", "High")
        } else {
            ("N", "Normal")
        })
    }

    pub(super) fn words(&self) -> String {
        match (self.low, self.high) {
            (Some(low), Some(high)) => format!("{} to {}", low.as_str(), high.as_str()),
            (Some(low), None) => format!("from {}", low.as_str()),
            (None, Some(high)) => format!("up to {}", high.as_str()),
            (None, None) => String::new(),
        }
    }

    pub(super) fn reference(
        &self,
        quantity: impl Fn(&'a Decimal) -> Quantity<'a>,
    ) -> ReferenceRange<'a> {
        ReferenceRange { low: self.low.map(&quantity), high: self.high.map(&quantity) }
    }
}
