//! The events that this process stored a short time ago. Their tasks are stored.

use std::collections::VecDeque;

use parking_lot::Mutex;

/// Maximum number of stretches; the oldest is forgotten.
const STRETCH_COUNT_MAX: usize = 10_000;

/// Positions in stretches, in order.
#[derive(Default)]
pub struct OwnPositions(Mutex<VecDeque<(i64, i64)>>);

impl OwnPositions {
    /// Adds the stretch from `first` to `last`, which is after all others.
    pub(super) fn add(&self, first: i64, last: i64) {
        let mut stretches = self.0.lock();
        match stretches.back_mut() {
            Some((_, end)) if *end + 1 == first => *end = last,
            _ => stretches.push_back((first, last)),
        }
        if stretches.len() > STRETCH_COUNT_MAX {
            stretches.pop_front();
        }
    }

    /// Whether this process stored the event at a position.
    pub(crate) fn has(&self, position: i64) -> bool {
        let stretches = self.0.lock();
        let next = stretches.partition_point(|(_, last)| *last < position);
        stretches.get(next).is_some_and(|(first, _)| *first <= position)
    }

    /// Forgets what is before a position.
    pub(crate) fn forget_before(&self, position: i64) {
        let mut stretches = self.0.lock();
        while stretches.front().is_some_and(|(_, last)| *last < position) {
            stretches.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_of_others_lie_between_ours() {
        let own = OwnPositions::default();
        own.add(1, 3);
        own.add(4, 6);
        own.add(9, 9);
        let ours: Vec<i64> = (1..=10).filter(|position| own.has(*position)).collect();
        assert_eq!(ours, [1, 2, 3, 4, 5, 6, 9]);
        own.forget_before(4);
        assert!(own.has(5), "a stretch is forgotten whole");
        own.forget_before(7);
        assert!(!own.has(5) && own.has(9));
    }
}
