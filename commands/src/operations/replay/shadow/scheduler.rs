//! Goes through the period: decides when each task runs, and reports the results.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use hip_domain::event::Event;
use hip_domain::id::SubjectId;
use hip_domain::inbound::InboundEvent;
use hip_domain::recorded::Recorded;

use super::calls;
use super::case::{Case, Step};
use super::finding::{Finding, Looked};
use super::log_index::LogIndex;
use super::run_task::Player;
use super::{ReportSink, UnderWay, World};
use crate::log::codec;
use crate::port::log::StoredEvent;
use crate::process_managers::react;
use crate::tasks::{Due, Task, TaskError};

/// Most events to follow from a difference to the resulting calls.
const FOLLOWED_COUNT_MAX: usize = 1_000;

/// State of one pass through the period.
pub(super) struct Scheduler<'a> {
    world: &'a World<'a>,
    under_way: &'a UnderWay,
    log_index: LogIndex,
    sink: &'a mut dyn ReportSink,
    /// Open cases by the position of their event.
    cases: HashMap<i64, Case>,
    steps: BinaryHeap<Reverse<Step>>,
    /// Cached answers whether a subject is erased.
    erased: HashMap<SubjectId, bool>,
    looked: Looked,
}

impl<'a> Scheduler<'a> {
    pub(super) fn new(
        world: &'a World<'a>,
        under_way: &'a UnderWay,
        log_index: LogIndex,
        sink: &'a mut dyn ReportSink,
    ) -> Self {
        Self {
            world,
            under_way,
            log_index,
            sink,
            cases: HashMap::new(),
            steps: BinaryHeap::new(),
            erased: HashMap::new(),
            looked: Looked::default(),
        }
    }

    pub(super) fn reached(&mut self, position: i64, last: i64) {
        self.sink.reached(position, last);
    }

    pub(super) const fn looked(&self) -> Looked {
        self.looked
    }

    /// Runs all steps whose log ends before `position`.
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

    /// Starts the case of an event.
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
            match case.first_head(task, &self.log_index) {
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
        for position in self.log_index.effects(stored.event_id) {
            effects.extend(self.world.ports.log.page(position - 1, 1).await?);
        }
        Ok(effects)
    }

    fn is_under_way(&self, stored: &StoredEvent, tasks: &[Due]) -> bool {
        let now = self.world.ports.clock.now();
        let is_open = |due: &Due| {
            due.at.is_none_or(|at| at <= now) && self.under_way.tasks.contains(&due.key())
        };
        stored.position > self.under_way.reacted_to || tasks.iter().any(is_open)
    }

    /// Whether the event or one of its effects belongs to an erased subject.
    async fn is_erased(
        &mut self,
        stored: &StoredEvent,
        effects: &[StoredEvent],
    ) -> Result<bool, TaskError> {
        let subjects = std::iter::once(stored).chain(effects).filter_map(|event| event.subject);
        for subject in subjects {
            let is_erased = match self.erased.get(&subject) {
                Some(known) => *known,
                None => self.world.ports.vault.is_erased(subject).await?,
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
        self.world.as_of.advance_to(step.head);
        let player = Player { ports: &self.world.ports, log_index: &self.log_index };
        match player.play(&mut case, &step).await? {
            Some(head) => {
                let head = self.log_index.end_of_append(head);
                self.steps.push(Reverse(Step { head, ..step }));
            }
            None => case.tasks[step.task].is_over = true,
        }
        self.cases.insert(step.case, case);
        Ok(())
    }

    /// Closes a case when all its tasks are finished.
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
        self.sink.found(finding);
    }

    /// The events with all their direct and indirect effects.
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

/// Whether the effects of an event can be run. Replays are excluded because an operator orders them, and erasures
/// because their data is gone.
fn is_played(recorded: &Recorded<Event>, tasks: &[Due]) -> bool {
    let is_replay = matches!(recorded.event, Event::Inbound(InboundEvent::ReplayRequested { .. }));
    let is_erasure =
        |due: &Due| matches!(due.task, Task::Erase { .. } | Task::FinishErasure { .. });
    !is_replay && !tasks.iter().any(is_erasure)
}
