//! One event of the period and the progress of its tasks.

use chrono::{DateTime, TimeDelta, Utc};

use super::finding::{Fact, Finding};
use super::log_index::LogIndex;
use crate::operations::replay::comparison::How;
use crate::operations::replay::dry_run::Made;
use crate::port::log::StoredEvent;
use crate::tasks::{Due, TaskError};

/// An event, its tasks and its recorded effects.
pub(super) struct Case {
    /// The tasks by the current code, with their progress.
    pub(super) tasks: Vec<Part>,
    /// Recorded effects that no task has reproduced yet.
    pub(super) untaken: Vec<StoredEvent>,
    /// Recorded effects at which a difference was found.
    pub(super) differing: Vec<StoredEvent>,
    /// The calls that would result; below, those of a second run.
    pub(super) calls: Vec<Made>,
    pub(super) calls_again: Vec<Made>,
    pub(super) finding: Finding,
    recorded_at: DateTime<Utc>,
}

/// A task of a case.
pub(super) struct Part {
    pub(super) due: Due,
    pub(super) is_over: bool,
    /// It had no effect when it ran. If recorded effects remain, it may be run again later.
    pub(super) is_idle: bool,
}

/// A run of a task with the log ending at `head`. Steps are processed in the order of `head`, so that the read models
/// only move forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    pub(super) head: i64,
    /// The position of the event.
    pub(super) case: i64,
    pub(super) task: usize,
}

/// Delays to try for a task that had no effect at the earliest position.
const DELAYS_MS: [i64; 3] = [100, 1_000, 10_000];

/// How many positions before a recorded event its task may have read the log.
const LOOKED_EARLIER_MAX: i64 = 32;

/// The next position to try before the recorded event at `word`; `None` if there is none.
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

    /// The first position at which a task is run: at its due time, or when its cause is visible. `None` if it is not
    /// due within the log.
    pub(super) fn first_head(&self, task: usize, log_index: &LogIndex) -> Option<i64> {
        let seen = log_index.end_of_append(self.finding.position);
        let head = match self.tasks[task].due.at {
            Some(at) => log_index.position_at(at)?,
            None => seen,
        };
        Some(head.max(seen))
    }

    /// The next position for a task whose effect is not in the log, or that had no effect: it may have run later.
    pub(super) fn later_head(&self, head: i64, log_index: &LogIndex) -> Option<i64> {
        let delayed = DELAYS_MS.into_iter().filter_map(|delay| {
            log_index.position_at(self.recorded_at + TimeDelta::milliseconds(delay))
        });
        let delayed = delayed.filter(|next| *next > head);
        delayed.chain(self.towards_a_word(head)).min()
    }

    /// The next position before one of the remaining recorded effects.
    pub(super) fn towards_a_word(&self, head: i64) -> Option<i64> {
        let words = self.untaken.iter().map(|event| event.position);
        words.filter_map(|position| towards(head, position)).min()
    }

    /// The clock for a run: the time of the next recorded effect, if the run ends right before it.
    pub(super) fn time_at(&self, step: &Step, log_index: &LogIndex) -> DateTime<Utc> {
        if let Some(next) = self.untaken.iter().find(|event| event.position == step.head + 1) {
            return next.recorded_at;
        }
        let seen = log_index.time_of(step.head).unwrap_or(self.recorded_at);
        self.tasks[step.task].due.at.map_or(seen, |at| seen.max(at))
    }

    /// Records differences.
    pub(super) fn differs(&mut self, facts: Vec<Fact>, was: &[StoredEvent]) {
        self.finding.facts.extend(facts);
        self.differing.extend_from_slice(was);
    }

    /// Records the failure of a task. It is reported only if the case has differences.
    pub(super) fn fails(&mut self, outcome: &Result<(), TaskError>) {
        if let Err(TaskError::Never { reason } | TaskError::Newer { reason }) = outcome {
            self.finding.failure = Some(reason.clone());
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.tasks.iter().all(|part| part.is_over)
    }

    /// Records the effects that no task reproduced as missing.
    pub(super) fn miss_the_rest(&mut self) {
        let rest = std::mem::take(&mut self.untaken);
        let facts = rest.iter().map(|event| Fact::new(&event.name, How::Removed)).collect();
        self.differs(facts, &rest);
    }
}
