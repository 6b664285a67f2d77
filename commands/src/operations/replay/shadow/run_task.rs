//! Runs one task and compares its effects with the recorded ones.

use chrono::TimeDelta;

use super::case::{Case, Step, towards};
use super::context::{SHIFT, Scene, at};
use super::finding::Fact;
use super::log_index::LogIndex;
use super::pair;
use super::scripted_log::{End, Played, Taken};
use crate::operations::replay::comparison::How;
use crate::operations::replay::dry_run::calls_of;
use crate::port::log::StoredEvent;
use crate::ports::Ports;
use crate::tasks::{Task, TaskError};

/// Runs tasks.
pub(super) struct Player<'a> {
    /// The current ports; their read models are set to the position of the step.
    pub(super) ports: &'a Ports,
    pub(super) log_index: &'a LogIndex,
}

/// The result of one run.
struct Attempt {
    taken: Vec<Taken>,
    untaken: Vec<StoredEvent>,
    end: Option<End>,
    outcome: Result<(), TaskError>,
    facts: Vec<Fact>,
}

impl Attempt {
    /// Whether all effects so far match the log.
    fn is_as_it_was(&self) -> bool {
        self.facts.is_empty() && !self.is_unforeseen()
    }

    const fn is_unforeseen(&self) -> bool {
        matches!(self.end, Some(End::Unforeseen(_)))
    }

    /// The position of the first recorded effect that was reproduced.
    fn first_word(&self) -> Option<i64> {
        self.taken.first().and_then(|taken| taken.was.first()).map(|event| event.position)
    }
}

impl Player<'_> {
    /// Runs a task. Returns the position at which to run it again, or `None` if it is finished.
    pub(super) async fn play(
        &self,
        case: &mut Case,
        step: &Step,
    ) -> Result<Option<i64>, TaskError> {
        if case.tasks[step.task].is_idle && case.untaken.is_empty() {
            return Ok(None);
        }
        let attempt = self.attempt(case, step).await?;
        let later = match attempt.first_word() {
            Some(_) if attempt.is_as_it_was() => None,
            Some(word) => towards(step.head, word),
            None if attempt.is_unforeseen() => case.later_head(step.head, self.log_index),
            // The remaining effects may belong to another task, or to this one at a later time.
            None => {
                case.tasks[step.task].is_idle = true;
                case.towards_a_word(step.head)
            }
        };
        match later {
            Some(head) => Ok(Some(head)),
            None => self.accept(case, step, attempt).await,
        }
    }

    /// Accepts an attempt as the result. Returns the position at which the task continues, or `None` if it is
    /// finished.
    async fn accept(
        &self,
        case: &mut Case,
        step: &Step,
        attempt: Attempt,
    ) -> Result<Option<i64>, TaskError> {
        let Attempt { taken, untaken, end, outcome, mut facts } = attempt;
        case.fails(&outcome);
        // The process stopped, or the task was retried later.
        let is_open =
            matches!(end, Some(End::Unknown)) || matches!(outcome, Err(TaskError::Later { .. }));
        if let Some(End::Unforeseen(would)) = end {
            facts.extend(would.events.iter().map(|event| Fact::new(event.name, How::Added)));
        }
        if !facts.is_empty() {
            self.note(case, step, facts, &taken).await?;
        }
        case.untaken = untaken;
        let reached = taken.iter().flat_map(|one| &one.was).map(|event| event.position).max();
        let is_left = !case.untaken.is_empty();
        Ok(reached.filter(|_| is_open && is_left).map(|reached| reached.max(step.head)))
    }

    async fn attempt(&self, case: &Case, step: &Step) -> Result<Attempt, TaskError> {
        let scene = Scene::new(case, step, self.log_index);
        let (played, outcome) = scene.play(self.ports, TimeDelta::zero()).await;
        if let (None, Err(TaskError::Later { after: None, reason })) = (&played.end, &outcome) {
            return Err(TaskError::later(reason.clone()));
        }
        let Played { taken, untaken, end } = played;
        let facts = self.compared(&scene, &taken).await?;
        Ok(Attempt { taken, untaken, end, outcome, facts })
    }

    /// The differences to the log. If a value differs, the task is run a second time to find random values.
    async fn compared(&self, scene: &Scene<'_>, taken: &[Taken]) -> Result<Vec<Fact>, TaskError> {
        let vault = self.ports.vault.as_ref();
        let mut facts = vec![];
        let mut again: Option<Vec<Taken>> = None;
        for (n, one) in taken.iter().enumerate() {
            let mut found = pair::compare(vault, one, None).await?;
            if found.iter().any(|fact| fact.how == How::Changed) {
                if again.is_none() {
                    again = Some(scene.play(self.ports, SHIFT).await.0.taken);
                }
                let other = again.as_ref().and_then(|again| again.get(n));
                found = pair::compare(vault, one, other.map(|other| &other.would)).await?;
            }
            facts.extend(found);
        }
        Ok(facts)
    }

    /// Records a difference and the calls that would result from it.
    async fn note(
        &self,
        case: &mut Case,
        step: &Step,
        facts: Vec<Fact>,
        taken: &[Taken],
    ) -> Result<(), TaskError> {
        // The difference of a call is already complete.
        if matches!(case.tasks[step.task].due.task, Task::Call { .. }) {
            case.differs(facts, &[]);
            return Ok(());
        }
        let was: Vec<StoredEvent> = taken.iter().flat_map(|one| one.was.clone()).collect();
        case.differs(facts, &was);
        let now = case.time_at(step, self.log_index);
        let due = &case.tasks[step.task].due;
        let calls = calls_of(&at(self.ports, now), due, step.head).await?;
        let again = calls_of(&at(self.ports, now + SHIFT), due, step.head).await?;
        case.calls.extend(calls);
        case.calls_again.extend(again);
        Ok(())
    }
}
