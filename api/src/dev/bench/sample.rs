//! Medians and percentiles of measured values.

use std::time::Duration;

use serde::Serialize;

/// Durations of single measurements.
#[derive(Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn push(&mut self, latency: Duration) {
        self.0.push(latency);
    }

    pub(crate) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The 50th and the 99th percentile. `None` if there are no values.
    pub(crate) fn percentiles(mut self) -> Option<Percentiles> {
        self.0.sort_unstable();
        let at = |percent: usize| {
            let rank = (self.0.len() * percent).div_ceil(100);
            self.0.get(rank.checked_sub(1)?).copied()
        };
        Some(Percentiles { p50: at(50)?, p99: at(99)? })
    }
}

impl FromIterator<Duration> for Latencies {
    fn from_iter<T: IntoIterator<Item = Duration>>(latencies: T) -> Self {
        Self(latencies.into_iter().collect())
    }
}

/// The median and the 99th percentile of durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Percentiles {
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// A figure over all rounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// The value of each round, in order.
    pub(crate) all: Vec<f64>,
}

impl Spread {
    /// `None` if there are no values.
    pub(crate) fn of(all: impl IntoIterator<Item = f64>) -> Option<Self> {
        let all: Vec<f64> = all.into_iter().collect();
        let mut sorted = all.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let median = f64::midpoint(
            *sorted.get(sorted.len().checked_sub(1)? / 2)?,
            *sorted.get(sorted.len() / 2)?,
        );
        Some(Self { median, min: *sorted.first()?, max: *sorted.last()?, all })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_values_themselves() {
        let latencies: Latencies = (1..=200).rev().map(Duration::from_millis).collect();
        let expected =
            Percentiles { p50: Duration::from_millis(100), p99: Duration::from_millis(198) };
        assert_eq!(latencies.percentiles(), Some(expected));
        assert_eq!(Latencies::default().percentiles(), None);
    }

    #[test]
    fn the_median_of_an_even_count_lies_between_the_middle_two() {
        let spread = Spread::of([4.0, 1.0, 3.0, 2.0]).unwrap();
        assert_eq!((spread.median, spread.min, spread.max), (2.5, 1.0, 4.0));
        assert_eq!(Spread::of([7.0]).map(|spread| spread.median), Some(7.0));
        assert_eq!(Spread::of([]), None);
    }
}
