//! A time axis: marks at their times, and a bar for the time in which something is in force.

use chrono::{DateTime, Utc};

use crate::console::time::{Moment, Zone};

/// Width of the drawing, in its own units.
const WIDTH: i64 = 1_000;

/// Room at both ends, for the first and the last mark.
const MARGIN: i64 = 20;

/// Distance below which two marks would cover each other.
const NEAR: i64 = 14;

/// A mark on the axis.
pub(crate) struct Mark {
    at: DateTime<Utc>,
    /// The class that gives its colour.
    pub(crate) tone: &'static str,
    pub(crate) word: String,
    pub(crate) x: i64,
    /// The row, so that near marks do not cover each other.
    pub(crate) y: i64,
    pub(crate) moment: Moment,
}

/// A drawing with its marks in the order of time.
pub(crate) struct Axis {
    pub(crate) marks: Vec<Mark>,
    /// Start and width of the bar.
    pub(crate) bar: (i64, i64),
    pub(crate) width: i64,
    pub(crate) height: i64,
}

impl Mark {
    pub(crate) fn new(at: DateTime<Utc>, tone: &'static str, word: impl Into<String>) -> Self {
        let moment = Moment { machine: String::new(), text: String::new() };
        Self { at, tone, word: word.into(), x: 0, y: 0, moment }
    }
}

impl Axis {
    /// Places the marks; the bar is from the first to the second of these times.
    pub(crate) fn new(
        zone: Zone,
        mut marks: Vec<Mark>,
        (from, until): (DateTime<Utc>, DateTime<Utc>),
    ) -> Self {
        marks.sort_by_key(|mark| mark.at);
        let first = marks.first().map_or(from, |mark| mark.at);
        let last = marks.last().map_or(until, |mark| mark.at);
        let whole = (last - first).num_milliseconds().max(1);
        let place = |at: DateTime<Utc>| {
            let into = (at - first).num_milliseconds().clamp(0, whole);
            let room = i128::from(WIDTH - 2 * MARGIN);
            let x = i128::from(into) * room / i128::from(whole);
            MARGIN + i64::try_from(x).unwrap_or_default()
        };
        let (mut before, mut row) = (None, 0);
        for mark in &mut marks {
            mark.x = place(mark.at);
            mark.moment = zone.moment(mark.at);
            row = if before.is_some_and(|before| mark.x - before < NEAR) { row + 1 } else { 0 };
            mark.y = 24 + 16 * row;
            before = Some(mark.x);
        }
        let lowest = marks.iter().map(|mark| mark.y).max().unwrap_or_default();
        let (start, end) = (place(from), place(until));
        Self { marks, bar: (start, (end - start).max(2)), width: WIDTH, height: lowest + 20 }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeDelta, TimeZone};

    use super::*;

    #[test]
    fn marks_stand_at_their_times_and_do_not_cover_each_other() {
        let start = Utc.with_ymd_and_hms(2026, 9, 12, 0, 0, 0).unwrap();
        let at = |hours| start + TimeDelta::hours(hours);
        let mark = |hours| Mark::new(at(hours), "good", "a mark");
        let axis =
            Axis::new(Zone::Utc, vec![mark(100), mark(0), mark(50), mark(50)], (at(0), at(50)));
        let places: Vec<_> = axis.marks.iter().map(|mark| (mark.x, mark.y)).collect();
        assert_eq!(places, [(20, 24), (500, 24), (500, 40), (980, 24)]);
        assert_eq!(axis.bar, (20, 480));
        assert_eq!(axis.height, 60);
        let single = Axis::new(Zone::Utc, vec![mark(1)], (at(1), at(1)));
        assert_eq!((single.marks[0].x, single.bar), (20, (20, 2)));
    }
}
