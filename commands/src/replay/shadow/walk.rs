//! The walk through the period: which task is played when, and what becomes of a difference.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use chrono::TimeDelta;
use hip_domain::event::Event;
use hip_domain::id::SubjectId;
use hip_domain::inbound::InboundEvent;
use hip_domain::recorded::Recorded;

use super::calls;
use super::case::{Case, Step, towards};
use super::chronicle::Chronicle;
use super::finding::{Fact, Finding, Looked};
use super::guided::{End, Played, Taken};
use super::pair;
use super::stage::{SHIFT, Scene, at};
use super::{Audience, UnderWay, World};
use crate::codec;
use crate::port::log::StoredEvent;
use crate::process::react;
use crate::replay::comparison::How;
use crate::replay::rehearsal::calls_of;
use crate::task::{Due, Task, TaskError};

/// Events that are followed to the calls that came of a difference.
const FOLLOWED_COUNT_MAX: usize = 1_000;

/// What came of a task.
struct Attempt {
    taken: Vec<Taken>,
    untaken: Vec<StoredEvent>,
    end: Option<End>,
    outcome: Result<(), TaskError>,
    facts: Vec<Fact>,
}

impl Attempt {
    /// Whether it said what history says, as far as it came.
    fn is_as_it_was(&self) -> bool {
        self.facts.is_empty() && !matches!(self.end, Some(End::Unforeseen(_)))
    }
}

/// The walk.
pub(super) struct Walk<'a> {
    world: &'a World<'a>,
    under_way: &'a UnderWay,
    chronicle: Chronicle,
    audience: &'a mut dyn Audience,
    /// By the position of their event.
    cases: HashMap<i64, Case>,
    steps: BinaryHeap<Reverse<Step>>,
    /// Whose keys are destroyed.
    erased: HashMap<SubjectId, bool>,
    looked: Looked,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        world: &'a World<'a>,
        under_way: &'a UnderWay,
        chronicle: Chronicle,
        audience: &'a mut dyn Audience,
    ) -> Self {
        Self {
            world,
            under_way,
            chronicle,
            audience,
            cases: HashMap::new(),
            steps: BinaryHeap::new(),
            erased: HashMap::new(),
            looked: Looked::default(),
        }
    }

    pub(super) fn reached(&mut self, position: i64, last: i64) {
        self.audience.reached(position, last);
    }

    pub(super) const fn looked(&self) -> Looked {
        self.looked
    }

    /// Plays what is to be played where the log ended before `position`.
    pub(super) async fn play_before(&mut self, position: i64) -> Result<(), TaskError> {
        while let Some(Reverse(step)) = self.steps.peek().copied()
            && step.head < position
        {
            self.steps.pop();
            self.step(step).await?;
            self.end(step.case).await?;
        }
        Ok(())
    }

    /// Takes up an event.
    pub(super) async fn open(&mut self, stored: &StoredEvent) -> Result<(), TaskError> {
        self.looked.events += 1;
        let recorded = match codec::decode(stored) {
            Ok(recorded) => recorded,
            Err(error) => {
                let failure = Some(error.to_string());
                self.tell(Finding { failure, ..Finding::of(stored) });
                return Ok(());
            }
        };
        if matches!(recorded.event, Event::Inbound(InboundEvent::Received(_))) {
            self.looked.callbacks += 1;
        }
        let tasks = react(&recorded);
        if !is_played(&recorded, &tasks) {
            self.looked.not_played += 1;
            return Ok(());
        }
        if self.is_under_way(stored, &tasks) {
            self.looked.under_way += 1;
            return Ok(());
        }
        let effects = self.effects(stored).await?;
        if self.is_erased(stored, &effects).await? {
            self.looked.erased += 1;
            return Ok(());
        }
        self.looked.effects += effects.len() as u64;
        let is_sent = |event: &&StoredEvent| event.name == "outbound.attempted";
        self.looked.calls += effects.iter().filter(is_sent).count() as u64;
        let mut case = Case::new(stored, tasks, effects);
        for task in 0..case.tasks.len() {
            match case.first_head(task, &self.chronicle) {
                Some(head) => {
                    self.steps.push(Reverse(Step { head, case: stored.position, task }));
                }
                None => case.tasks[task].is_over = true,
            }
        }
        self.cases.insert(stored.position, case);
        self.end(stored.position).await
    }

    async fn effects(&self, stored: &StoredEvent) -> Result<Vec<StoredEvent>, TaskError> {
        let mut effects = vec![];
        for position in self.chronicle.effects(stored.event_id) {
            effects.extend(self.world.provider.log.page(position - 1, 1).await?);
        }
        Ok(effects)
    }

    fn is_under_way(&self, stored: &StoredEvent, tasks: &[Due]) -> bool {
        let now = self.world.provider.clock.now();
        let is_open = |due: &Due| {
            due.at.is_none_or(|at| at <= now) && self.under_way.tasks.contains(&due.key())
        };
        stored.position > self.under_way.reacted_to || tasks.iter().any(is_open)
    }

    /// Whether something of it is of somebody who is erased.
    async fn is_erased(
        &mut self,
        stored: &StoredEvent,
        effects: &[StoredEvent],
    ) -> Result<bool, TaskError> {
        let subjects = std::iter::once(stored).chain(effects).filter_map(|event| event.subject);
        for subject in subjects {
            let is_erased = match self.erased.get(&subject) {
                Some(known) => *known,
                None => self.world.provider.vault.is_erased(subject).await?,
            };
            self.erased.insert(subject, is_erased);
            if is_erased {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn step(&mut self, step: Step) -> Result<(), TaskError> {
        let Some(mut case) = self.cases.remove(&step.case) else { return Ok(()) };
        let next = self.play(&mut case, &step).await?;
        match next {
            Some(head) => self.steps.push(Reverse(Step { head, ..step })),
            None => case.tasks[step.task].is_over = true,
        }
        self.cases.insert(step.case, case);
        Ok(())
    }

    /// Plays a task; where it is to be played again, when it is not over.
    async fn play(&mut self, case: &mut Case, step: &Step) -> Result<Option<i64>, TaskError> {
        if case.tasks[step.task].is_idle && case.untaken.is_empty() {
            return Ok(None);
        }
        self.world.as_of.stand_at(step.head);
        let attempt = self.attempt(case, step).await?;
        case.fails(&attempt.outcome);
        let Some(first) = attempt.taken.first().and_then(|taken| taken.was.first()) else {
            return self.without_effect(case, step, attempt).await;
        };
        let first = first.position;
        if !attempt.is_as_it_was()
            && let Some(head) = towards(step.head, first)
        {
            return Ok(Some(head));
        }
        self.accept(case, step, attempt).await
    }

    /// What history has left may be another task's, or this one's at a later time. What it does not have may
    /// follow a little earlier than it can have followed.
    async fn without_effect(
        &self,
        case: &mut Case,
        step: &Step,
        attempt: Attempt,
    ) -> Result<Option<i64>, TaskError> {
        if !matches!(attempt.end, Some(End::Unforeseen(_))) {
            case.tasks[step.task].is_idle = true;
            return Ok(case.towards_a_word(step.head));
        }
        if let Some(head) = case.later_head(step.head, &self.chronicle) {
            return Ok(Some(head));
        }
        self.accept(case, step, attempt).await
    }

    /// Takes a play as what would be; where the task is played again, when it is not over.
    async fn accept(
        &self,
        case: &mut Case,
        step: &Step,
        attempt: Attempt,
    ) -> Result<Option<i64>, TaskError> {
        let Attempt { taken, untaken, end, outcome, mut facts } = attempt;
        case.untaken = untaken;
        // The process died, or the peer was asked again later.
        let is_open =
            matches!(end, Some(End::Unknown)) || matches!(outcome, Err(TaskError::Later { .. }));
        if let Some(End::Unforeseen(would)) = end {
            facts.extend(would.events.iter().map(|event| Fact::new(event.name, How::Added)));
        }
        if !facts.is_empty() {
            self.note(case, step, facts, &taken).await?;
        }
        let reached = taken.iter().flat_map(|one| &one.was).map(|event| event.position).max();
        let is_left = !case.untaken.is_empty();
        Ok(reached.filter(|_| is_open && is_left).map(|reached| reached.max(step.head)))
    }

    async fn attempt(&self, case: &Case, step: &Step) -> Result<Attempt, TaskError> {
        let scene = Scene::new(case, step, &self.chronicle);
        let (played, outcome) = scene.play(&self.world.provider, TimeDelta::zero()).await;
        if let (None, Err(TaskError::Later { after: None, reason })) = (&played.end, &outcome) {
            return Err(TaskError::later(reason.clone()));
        }
        let Played { taken, untaken, end } = played;
        let facts = self.compared(&scene, &taken).await?;
        Ok(Attempt { taken, untaken, end, outcome, facts })
    }

    /// How what was appended differs from history. What may be random is looked at twice.
    async fn compared(&self, scene: &Scene<'_>, taken: &[Taken]) -> Result<Vec<Fact>, TaskError> {
        let provider = &self.world.provider;
        let vault = provider.vault.as_ref();
        let mut facts = vec![];
        let mut again: Option<Vec<Taken>> = None;
        for (n, one) in taken.iter().enumerate() {
            let mut found = pair::compare(vault, one, None).await?;
            if found.iter().any(|fact| fact.how == How::Changed) {
                if again.is_none() {
                    again = Some(scene.play(provider, SHIFT).await.0.taken);
                }
                let other = again.as_ref().and_then(|again| again.get(n));
                found = pair::compare(vault, one, other.map(|other| &other.would)).await?;
            }
            facts.extend(found);
        }
        Ok(facts)
    }

    /// Notes a difference, and which calls it would lead to.
    async fn note(
        &self,
        case: &mut Case,
        step: &Step,
        facts: Vec<Fact>,
        taken: &[Taken],
    ) -> Result<(), TaskError> {
        // A call says by itself how it differs.
        if matches!(case.tasks[step.task].due.task, Task::Call { .. }) {
            case.differs(facts, &[]);
            return Ok(());
        }
        let was: Vec<StoredEvent> = taken.iter().flat_map(|one| one.was.clone()).collect();
        case.differs(facts, &was);
        let now = case.time_at(step, &self.chronicle);
        let due = &case.tasks[step.task].due;
        let provider = &self.world.provider;
        let calls = calls_of(&at(provider, now), due, step.head).await?;
        let again = calls_of(&at(provider, now + SHIFT), due, step.head).await?;
        case.calls.extend(calls);
        case.calls_again.extend(again);
        Ok(())
    }

    /// Closes a case whose tasks are all over.
    async fn end(&mut self, position: i64) -> Result<(), TaskError> {
        if self.cases.get(&position).is_none_or(|case| !case.is_over()) {
            return Ok(());
        }
        let Some(mut case) = self.cases.remove(&position) else { return Ok(()) };
        case.miss_the_rest();
        if case.finding.facts.is_empty() {
            return Ok(());
        }
        let followed = self.followed(case.differing).await?;
        case.finding.calls = calls::paired(calls::of(&followed)?, &case.calls, &case.calls_again);
        self.tell(case.finding);
        Ok(())
    }

    fn tell(&mut self, finding: Finding) {
        self.looked.differences += 1;
        self.audience.found(finding);
    }

    /// Events, and what followed from them, at once or through others.
    async fn followed(&self, mut events: Vec<StoredEvent>) -> Result<Vec<StoredEvent>, TaskError> {
        let mut seen = 0;
        while let Some(stored) = events.get(seen).cloned()
            && seen < FOLLOWED_COUNT_MAX
        {
            seen += 1;
            events.extend(self.effects(&stored).await?);
        }
        Ok(events)
    }
}

/// Whether what follows from an event can be played: not a replay, which follows from somebody's order, and
/// not an erasure, which leaves nothing to look at.
fn is_played(recorded: &Recorded<Event>, tasks: &[Due]) -> bool {
    let is_replay = matches!(recorded.event, Event::Inbound(InboundEvent::ReplayRequested { .. }));
    let is_erasure =
        |due: &Due| matches!(due.task, Task::Erase { .. } | Task::FinishErasure { .. });
    !is_replay && !tasks.iter().any(is_erasure)
}
