//! A goal, and whether it was met.

use serde::Serialize;

use crate::output::print_line;

/// A goal of the design, with the measured value.
#[derive(Serialize)]
pub(crate) struct Goal {
    /// Its id in the design.
    id: &'static str,
    /// What is compared, in words.
    what: String,
    bound: Bound,
    /// `None` if something that it needs could not be measured.
    measured: Option<f64>,
    is_met: Option<bool>,
}

/// The limit of a goal.
#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Goal {
    pub(crate) fn new(
        id: &'static str,
        what: impl Into<String>,
        bound: Bound,
        measured: Option<f64>,
    ) -> Self {
        let is_met = measured.map(|measured| match bound {
            Bound::AtLeast(limit) => measured >= limit,
            Bound::AtMost(limit) => measured <= limit,
        });
        Self { id, what: what.into(), bound, measured, is_met }
    }

    /// What is compared, in words.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    pub(crate) const fn bound(&self) -> Bound {
        self.bound
    }

    pub(crate) const fn measured(&self) -> Option<f64> {
        self.measured
    }

    /// Whether the goal was measured and met.
    pub(crate) fn is_met(&self) -> bool {
        self.is_met == Some(true)
    }
}

/// Prints the goals, one per line.
pub(crate) fn print(goals: &[Goal]) {
    let width = goals.iter().map(|goal| goal.what.chars().count()).max().unwrap_or(0);
    print_line(&format!("{:<4} {:<width$}  {:>6}  {:>8}", "goal", "", "limit", "measured"));
    for goal in goals {
        let limit = match goal.bound {
            Bound::AtLeast(limit) => format!("≥ {limit:.2}"),
            Bound::AtMost(limit) => format!("≤ {limit:.2}"),
        };
        let measured = goal.measured.map_or("–".to_owned(), |value| format!("{value:.2}"));
        let verdict = match goal.is_met {
            Some(true) => "met",
            Some(false) => "NOT met",
            None => "not measured",
        };
        print_line(&format!(
            "{:<4} {:<width$}  {limit:>6}  {measured:>8}  {verdict}",
            goal.id, goal.what
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_without_a_figure_is_neither_met_nor_missed() {
        assert_eq!(Goal::new("G", "", Bound::AtLeast(1.0), None).is_met, None);
        assert_eq!(Goal::new("G", "", Bound::AtLeast(1.0), Some(1.0)).is_met, Some(true));
        assert_eq!(Goal::new("G", "", Bound::AtMost(1.0), Some(1.01)).is_met, Some(false));
    }
}
