//! One event of the period, and how far its tasks are played.

use chrono::{DateTime, TimeDelta, Utc};

use super::finding::{Fact, Finding};
use super::log_index::LogIndex;
use crate::operations::replay::comparison::How;
use crate::operations::replay::dry_run::Made;
use crate::port::log::StoredEvent;
use crate::tasks::{Due, TaskError};

/// An event, and what follows from it.
pub(super) struct Case {
    /// Today's tasks, each with how far it is.
    pub(super) tasks: Vec<Part>,
    /// What it led to, and no play has reached.
    pub(super) untaken: Vec<StoredEvent>,
    /// Where what differs from history stands in it.
    pub(super) differing: Vec<StoredEvent>,
    /// The calls that would come of it; and those of a second play.
    pub(super) calls: Vec<Made>,
    pub(super) calls_again: Vec<Made>,
    pub(super) finding: Finding,
    recorded_at: DateTime<Utc>,
}

/// A task of a case.
pub(super) struct Part {
    pub(super) due: Due,
    pub(super) is_over: bool,
    /// Played, it led to nothing: unless history has something left, that is how it was.
    pub(super) is_idle: bool,
}

/// A task of a case, to be played where the log ended at `head`. The earliest is played first, so that the
/// read models only ever go forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    pub(super) head: i64,
    /// The position of its event.
    pub(super) case: i64,
    pub(super) task: usize,
}

/// How much later than at the earliest moment a task may have been done that led to nothing.
const DELAYS_MS: [i64; 3] = [100, 1_000, 10_000];

/// Positions before a word of history at which its task may have looked at the log.
const LOOKED_EARLIER_MAX: i64 = 32;

/// The next position on the way to right before a word of history; nothing, when that is reached.
pub(super) fn towards(head: i64, word: i64) -> Option<i64> {
    let next = (head + 1).max(word - LOOKED_EARLIER_MAX);
    (next < word).then_some(next)
}

impl Case {
    pub(super) fn new(stored: &StoredEvent, tasks: Vec<Due>, effects: Vec<StoredEvent>) -> Self {
        let part = |due| Part { due, is_over: false, is_idle: false };
        Self {
            tasks: tasks.into_iter().map(part).collect(),
            untaken: effects,
            differing: vec![],
            calls: vec![],
            calls_again: vec![],
            finding: Finding::of(stored),
            recorded_at: stored.recorded_at,
        }
    }

    /// Where a task is played first: at its time, or else as soon as its cause can be seen. Nothing, when its
    /// time has not come.
    pub(super) fn first_head(&self, task: usize, chronicle: &LogIndex) -> Option<i64> {
        let seen = chronicle.end_of_append(self.finding.position);
        let head = match self.tasks[task].due.at {
            Some(at) => chronicle.position_at(at)?,
            None => seen,
        };
        Some(head.max(seen))
    }

    /// Where a task is played next that led to something which history does not have, or to nothing: it may
    /// have been done somewhat later.
    pub(super) fn later_head(&self, head: i64, chronicle: &LogIndex) -> Option<i64> {
        let delayed = DELAYS_MS.into_iter().filter_map(|delay| {
            chronicle.position_at(self.recorded_at + TimeDelta::milliseconds(delay))
        });
        let delayed = delayed.filter(|next| *next > head);
        delayed.chain(self.towards_a_word(head)).min()
    }

    /// The same, for one that led to nothing: until history has said everything.
    pub(super) fn towards_a_word(&self, head: i64) -> Option<i64> {
        let words = self.untaken.iter().map(|event| event.position);
        words.filter_map(|position| towards(head, position)).min()
    }

    /// The time at which a task is played: that of history's next word, if it is played right before it.
    pub(super) fn time_at(&self, step: &Step, chronicle: &LogIndex) -> DateTime<Utc> {
        if let Some(next) = self.untaken.iter().find(|event| event.position == step.head + 1) {
            return next.recorded_at;
        }
        let seen = chronicle.time_of(step.head).unwrap_or(self.recorded_at);
        self.tasks[step.task].due.at.map_or(seen, |at| seen.max(at))
    }

    /// Notes how a play differs from history.
    pub(super) fn differs(&mut self, facts: Vec<Fact>, was: &[StoredEvent]) {
        self.finding.facts.extend(facts);
        self.differing.extend_from_slice(was);
    }

    /// Notes what a task fails with. It is told only of a case that differs.
    pub(super) fn fails(&mut self, outcome: &Result<(), TaskError>) {
        if let Err(TaskError::Never { reason } | TaskError::Newer { reason }) = outcome {
            self.finding.failure = Some(reason.clone());
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.tasks.iter().all(|part| part.is_over)
    }

    /// What history has, and no task of today led to.
    pub(super) fn miss_the_rest(&mut self) {
        let rest = std::mem::take(&mut self.untaken);
        let facts = rest.iter().map(|event| Fact::new(&event.name, How::Removed)).collect();
        self.differs(facts, &rest);
    }
}
