//! Numbers that keep their written form.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

/// A measured number as it was written: `81.0` says more than `81`, so it stays `81.0`.
///
/// Works with `serde_json` readers and writers on text, not through [`serde_json::Value`].
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct Decimal(Box<RawValue>);

impl Decimal {
    /// As it was written; always a JSON number.
    pub fn as_str(&self) -> &str {
        self.0.get()
    }

    /// The number that `text` is: digits, perhaps a minus before and a fraction behind, nothing else.
    ///
    /// A leading zero says that it is some other kind of text.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let sound =
            is_number(whole) && is_number(fraction) && (whole == "0" || !whole.starts_with('0'));
        sound.then(|| RawValue::from_string(text.to_owned()).ok().map(Self)).flatten()
    }

    /// For comparisons; the nearest double.
    pub(crate) fn nearest(&self) -> Option<f64> {
        self.as_str().parse().ok()
    }

    pub(in crate::visit) fn from_raw(raw: Box<RawValue>) -> Option<Self> {
        let first = raw.get().bytes().next()?;
        (first == b'-' || first.is_ascii_digit()).then_some(Self(raw))
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::from_raw(raw).ok_or_else(|| serde::de::Error::custom("not a number"))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_written_as_it_was_read() {
        for text in ["81.0", "0.50", "1e3", "-0", "12345678901234567890.10"] {
            let decimal: Decimal = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&decimal).unwrap(), text);
        }
    }

    #[test]
    fn a_text_that_is_a_number_is_read_and_keeps_its_digits() {
        for text in ["248", "-0.5", "11.20", "0", "0.0"] {
            assert_eq!(Decimal::read(text).expect(text).as_str(), text);
        }
        assert_eq!(Decimal::read(" 7.1 ").unwrap().as_str(), "7.1");
        for text in ["", "-", "1,200", "007", "<5", "5.", ".5", "+5", "1e3", "Trace", "12-14", "१२"]
        {
            assert!(Decimal::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn only_numbers_are_decimals() {
        for text in [r#""81.0""#, "null", "[1]", "true"] {
            assert!(serde_json::from_str::<Decimal>(text).is_err(), "{text}");
        }
    }
}
