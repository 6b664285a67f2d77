//! Progress of the steps.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// A completed step.
pub(super) struct Step {
    pub(super) title: &'static str,
    pub(super) events_written: i64,
    pub(super) took: Duration,
    pub(super) outcome: Result<String, String>,
}

/// The completed steps, and a progress line for the current one.
pub(super) struct Progress {
    pub(super) steps: Vec<Step>,
    bar: ProgressBar,
    current: Option<(&'static str, Instant)>,
    /// Position up to which events were counted.
    counted: i64,
}

impl Progress {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        Self { steps: vec![], bar, current: None, counted: 0 }
    }

    /// Starts counting after this position; earlier events are not of this run.
    pub(super) const fn count_from(&mut self, head: i64) {
        self.counted = head;
    }

    /// Starts a step.
    pub(super) fn begin(&mut self, title: &'static str) {
        self.current = Some((title, Instant::now()));
        self.bar.set_message(title);
        self.bar.enable_steady_tick(Duration::from_millis(100));
    }

    /// Ends the current step, with the log at `head`.
    pub(super) fn end(&mut self, head: i64, outcome: Result<String, String>) {
        let Some((title, since)) = self.current.take() else { return };
        let (mark, words) = match &outcome {
            Ok(words) => ("✓", words),
            Err(words) => ("✗", words),
        };
        let line = format!("{mark} {title}: {words}");
        self.bar.disable_steady_tick();
        self.bar.set_message("");
        if self.bar.is_hidden() {
            crate::output::print_line(&line);
        } else {
            self.bar.println(line);
        }
        self.steps.push(Step {
            title,
            events_written: head - self.counted,
            took: since.elapsed(),
            outcome,
        });
        self.counted = head;
    }

    /// Removes the progress line.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    pub(super) fn all_well(&self) -> bool {
        self.steps.iter().all(|step| step.outcome.is_ok())
    }
}
