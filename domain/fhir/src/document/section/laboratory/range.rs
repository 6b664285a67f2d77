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
    /// range are normal. None when the value may lie on either side of an end.
    pub(super) fn verdict(
        &self,
        value: &Decimal,
        comparator: Option<&str>,
    ) -> Option<(&'static str, &'static str)> {
        const LOW: (&str, &str) = ("L", "Low");
        const HIGH: (&str, &str) = ("H", "High");
        const NORMAL: (&str, &str) = ("N", "Normal");
        let value = value.nearest()?;
        let (low, high) =
            (self.low.and_then(Decimal::nearest), self.high.and_then(Decimal::nearest));
        match comparator {
            None if low.is_some_and(|low| value < low) => Some(LOW),
            None if high.is_some_and(|high| value > high) => Some(HIGH),
            None => Some(NORMAL),
            Some(sign @ ("<" | "<=")) => match (low, high) {
                (Some(low), _) if value < low || (sign == "<" && value <= low) => Some(LOW),
                (None, Some(high)) if value <= high => Some(NORMAL),
                _ => None,
            },
            Some(sign) => match (low, high) {
                (_, Some(high)) if value > high || (sign == ">" && value >= high) => Some(HIGH),
                (Some(low), None) if value >= low => Some(NORMAL),
                _ => None,
            },
        }
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
