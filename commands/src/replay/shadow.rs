//! Shadow replay: a period of the archive, through today's code, beside what history made of it.
//!
//! ```text
//!                        ┌─ what it led to: events, and what was sent
//! an event of the period ┤                                              ► the same?
//!                        └─ what today's tasks would lead to
//! ```
//! Each event is taken by itself, and each of today's tasks is played in the world as history found it right
//! before its own next word: the log ends there, the read models stand there, the clock shows that time,
//! peers answer as they did. So one difference does not make a hundred others; what it would lead to is
//! rehearsed from there on. Nothing is written, and nothing leaves.
//!
//! What is random differs each time: where a value is another one than it was, the task is played once more,
//! with other random numbers and another clock, and what then differs again is left out.

mod calls;
mod case;
mod chronicle;
mod finding;
mod guided;
mod pair;
mod peers;
mod stage;

pub use finding::{CallFound, Fact, Finding, Looked};

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use hip_domain::event::Event;
use hip_domain::id::SubjectId;
use hip_domain::inbound::InboundEvent;
use hip_domain::recorded::Recorded;

use super::comparison::How;
use super::rehearsal::calls_of;
use crate::codec;
use crate::port::AsOf;
use crate::port::log::StoredEvent;
use crate::process::react;
use crate::provider::Provider;
use crate::task::{Due, Task, TaskError};
use case::{Case, Step};
use chronicle::{Chronicle, first_since};
use guided::{End, Played, Taken};
use stage::{SHIFT, at, play};

/// Events that are followed to the calls that came of a difference.
const FOLLOWED_COUNT_MAX: usize = 1_000;

/// Which events.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    /// Recorded at this time or later.
    pub since: DateTime<Utc>,
    /// And before this one; nothing is now.
    pub until: Option<DateTime<Utc>>,
}

/// What is still being done. It was read before the end of the log.
#[derive(Debug, Clone, Default)]
pub struct UnderWay {
    /// Up to this position it is known what follows from each event.
    pub reacted_to: i64,
    /// The keys of tasks that wait or are being done.
    pub tasks: HashSet<String>,
}

/// The world in which it is played.
pub struct World<'a> {
    /// The log, the keys and the configuration of now; its directories are those that `as_of` leads.
    pub provider: Provider,
    /// The read models as they were.
    pub as_of: &'a dyn AsOf,
}

/// Who is told what comes of it.
pub trait Audience: Send {
    /// Something else would follow from an event.
    fn found(&mut self, finding: Finding);

    /// Events up to `position` were looked at, of those up to `last`.
    fn reached(&mut self, position: i64, last: i64);
}

/// Plays the events of a period.
///
/// # Errors
///
/// A store is away.
pub async fn shadow(
    world: &World<'_>,
    period: Period,
    under_way: &UnderWay,
    audience: &mut dyn Audience,
) -> Result<Looked, TaskError> {
    let log = world.provider.log.as_ref();
    let head = log.head().await?;
    let first = first_since(log, period.since, head).await?;
    let last = match period.until {
        Some(until) => first_since(log, until, head).await? - 1,
        None => head,
    };
    let chronicle = Chronicle::read(log, first, head).await?;
    let mut shadow = Shadow {
        world,
        under_way,
        chronicle,
        audience,
        cases: HashMap::new(),
        steps: BinaryHeap::new(),
        erased: HashMap::new(),
        looked: Looked::default(),
    };
    let mut position = first - 1;
    while position < last {
        let page = log.page(position, (last - position).min(500)).await?;
        let Some(newest) = page.last() else { break };
        position = newest.position;
        for stored in &page {
            shadow.play_before(stored.position).await?;
            shadow.open(stored).await?;
        }
        shadow.audience.reached(position, last);
    }
    shadow.play_before(i64::MAX).await?;
    Ok(shadow.looked)
}

struct Shadow<'a> {
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

impl Shadow<'_> {
    /// Plays what is to be played where the log ended before `position`.
    async fn play_before(&mut self, position: i64) -> Result<(), TaskError> {
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
    async fn open(&mut self, stored: &StoredEvent) -> Result<(), TaskError> {
        let recorded = codec::decode(stored)?;
        self.looked.events += 1;
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
        let provider = &self.world.provider;
        let (played, outcome) =
            play(provider, case, step, &self.chronicle, TimeDelta::zero()).await;
        if let (None, Err(TaskError::Later { after: None, .. })) = (&played.end, &outcome) {
            outcome?;
            return Ok(None);
        }
        let Played { taken, untaken, end } = played;
        let has_progressed = !taken.is_empty();
        let mut facts = self.compared(case, step, &taken).await?;
        case.untaken = untaken;
        case.fails(&outcome);
        let next = match end {
            Some(End::Early(head)) => Some(head),
            Some(End::Unforeseen(would)) => {
                let later = case.later_head(step.head, &self.chronicle);
                if let (false, Some(head)) = (has_progressed, later) {
                    return Ok(Some(head));
                }
                facts.extend(would.events.iter().map(|event| Fact::new(event.name, How::Added)));
                None
            }
            // The process died, or the peer was asked again later.
            Some(End::Unknown) => case.next_word(),
            None if matches!(outcome, Err(TaskError::Later { .. })) => case.next_word(),
            // What history has left may be another task's, or this one's at a later time.
            None if !has_progressed => {
                case.tasks[step.task].is_idle = true;
                case.untaken.iter().map(|event| event.position - 1).find(|head| *head > step.head)
            }
            None => None,
        };
        if !facts.is_empty() {
            self.tell(case, step, facts, &taken).await?;
        }
        Ok(next.filter(|head| has_progressed || *head > step.head))
    }

    /// How what was appended differs from history. What may be random is looked at twice.
    async fn compared(
        &self,
        case: &Case,
        step: &Step,
        taken: &[Taken],
    ) -> Result<Vec<Fact>, TaskError> {
        let provider = &self.world.provider;
        let vault = provider.vault.as_ref();
        let mut facts = vec![];
        let mut again: Option<Vec<Taken>> = None;
        for (n, one) in taken.iter().enumerate() {
            let mut found = pair::compare(vault, one, None).await?;
            if found.iter().any(|fact| fact.how == How::Changed) {
                if again.is_none() {
                    let played = play(provider, case, step, &self.chronicle, SHIFT).await.0;
                    again = Some(played.taken);
                }
                let other = again.as_ref().and_then(|again| again.get(n));
                found = pair::compare(vault, one, other.map(|other| &other.would)).await?;
            }
            facts.extend(found);
        }
        Ok(facts)
    }

    /// Notes a difference, and which calls it would lead to.
    async fn tell(
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
        self.looked.differences += 1;
        self.audience.found(case.finding);
        Ok(())
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
