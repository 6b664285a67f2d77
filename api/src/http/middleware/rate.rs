//! A rate of items per second in a request.

use serde::Deserialize;

/// Maximum rate.
const RATE_MAX: u16 = 1_000;

/// Items per second, from 1 to 1000. In JSON `4.0` equals `4`.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Rate(u16);

impl TryFrom<f64> for Rate {
    type Error = &'static str;

    fn try_from(rate: f64) -> Result<Self, &'static str> {
        let whole = (1..=RATE_MAX).find(|whole| f64::from(*whole).total_cmp(&rate).is_eq());
        whole.map(Self).ok_or("must be whole, from 1 to 1000")
    }
}

impl Rate {
    pub(crate) fn per_second(self) -> u32 {
        self.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;

    #[test]
    fn a_rate_is_a_whole_number_from_1_to_1000() {
        let read = |text: &str| serde_json::from_str::<Rate>(text).map(Rate::per_second).ok();
        assert_eq!([read("1"), read("4.0"), read("1000")], [Some(1), Some(4), Some(1000)]);
        for bad in ["0", "1001", "2.5", "-1", "\"4\"", "null"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
