//! Shadow replay: a period of the archive, through today's code, beside what history made of it.
//!
//! ```text
//!                        ┌─ what it led to: events, and what was sent
//! an event of the period ┤                                              ► the same?
//!                        └─ what today's tasks would lead to
//! ```
//! Each event is taken by itself, and each of today's tasks is played in the world as it was: the log ends
//! where it ended, the read models stand there, the clock shows that time, peers answer as they did. So one
//! difference does not make a hundred others; what it would lead to is rehearsed from there on. A task is led
//! forward from its cause to the moment at which it says what history says; if there is none, something else
//! would follow. Nothing is written, and nothing leaves.
//!
//! What is random differs each time: where a value is another one than it was, the task is played once more,
//! with other random numbers and another clock, and what then differs again is left out.

mod calls;
mod case;
mod context;
mod finding;
mod log_index;
mod pair;
mod peers;
mod run_task;
mod scheduler;
mod scripted_log;

pub use finding::{CallFound, Fact, Finding, Looked};

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::port::ReadModelCursor;
use crate::ports::Ports;
use crate::tasks::TaskError;
use log_index::{LogIndex, first_since};
use scheduler::Scheduler;

/// Events per query.
const PAGE: i64 = 500;

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
    pub ports: Ports,
    /// The read models as they were.
    pub as_of: &'a dyn ReadModelCursor,
}

/// Who is told what comes of it.
pub trait ReportSink: Send {
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
    audience: &mut dyn ReportSink,
) -> Result<Looked, TaskError> {
    let log = world.ports.log.as_ref();
    let head = log.head().await?;
    let first = first_since(log, period.since, head).await?;
    let last = match period.until {
        Some(until) => first_since(log, until, head).await? - 1,
        None => head,
    };
    let chronicle = LogIndex::read(log, first, head).await?;
    let mut walk = Scheduler::new(world, under_way, chronicle, audience);
    let mut position = first - 1;
    while position < last {
        let page = log.page(position, PAGE.min(last - position)).await?;
        let Some(newest) = page.last() else { break };
        position = newest.position;
        for stored in &page {
            walk.play_before(stored.position).await?;
            walk.open(stored).await?;
        }
        walk.reached(position, last);
    }
    walk.play_before(i64::MAX).await?;
    Ok(walk.looked())
}
