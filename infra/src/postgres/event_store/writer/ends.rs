//! Tasks that are done, until an append ends them in the table.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::batch::Ended;

/// How long tasks that are done wait for an append that ends them, and how many at most.
const ENDS_WAIT_MAX: Duration = Duration::from_millis(20);
const ENDS_COUNT_MAX: usize = 256;

/// Gets the result of the end.
pub(super) type EndsAnswer = oneshot::Sender<Result<(), sqlx::Error>>;

/// Tasks that are done and not yet ended in the table.
#[derive(Default)]
pub(super) struct Ends {
    pub(super) tasks: Vec<Ended>,
    answers: Vec<EndsAnswer>,
    /// Since when the first of them waits.
    since: Option<Instant>,
}

impl Ends {
    pub(super) fn add(&mut self, ended: Ended, answer: EndsAnswer) {
        self.since.get_or_insert_with(Instant::now);
        self.tasks.push(ended);
        self.answers.push(answer);
    }

    /// When they are ended without an append; `None` if there are none.
    pub(super) fn due_at(&self) -> Option<Instant> {
        let full = self.tasks.len() >= ENDS_COUNT_MAX;
        self.since.map(|since| if full { since } else { since + ENDS_WAIT_MAX })
    }

    pub(super) fn answer(self, outcome: impl Fn() -> Result<(), sqlx::Error>) {
        for answer in self.answers {
            let _ = answer.send(outcome());
        }
    }
}
