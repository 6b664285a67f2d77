//! Shadow replay: processes a period of the log with the current code and compares the results with the log.
//!
//! ```text
//!                        ┌─ recorded effects: events and messages
//! an event of the period ┤                                         ► equal?
//!                        └─ effects of the current code
//! ```
//! Each event is processed separately. Each task runs with the state of its time: the log ends at that position, the
//! read models and the clock are set to it, and peers give their recorded responses. So one difference does not cause
//! a hundred others; its further effects are computed by a dry run from there. A task is run at successive positions,
//! from its cause on, until its output matches the recorded events. If it never matches, a difference is reported.
//! Nothing is written and nothing is sent.
//!
//! Random values differ in each run. If a value differs from the log, the task is run once more with other random
//! numbers and another clock. Members that differ between these two runs are ignored.

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

/// The period to compare.
#[derive(Debug, Clone, Copy)]
pub struct Period {
    /// Events recorded at this time or later.
    pub since: DateTime<Utc>,
    /// Events recorded before this time; `None` means now.
    pub until: Option<DateTime<Utc>>,
}

/// Work in progress. It must be read before the end of the log.
#[derive(Debug, Clone, Default)]
pub struct UnderWay {
    /// All events up to this position have their tasks in the outbox.
    pub reacted_to: i64,
    /// The keys of tasks that wait or run.
    pub tasks: HashSet<String>,
}

/// The state in which the tasks run.
pub struct World<'a> {
    /// The current log, keys and configuration. The directories must be the ones that `as_of` controls.
    pub ports: Ports,
    /// Sets the read models to an earlier position.
    pub as_of: &'a dyn ReadModelCursor,
}

/// Receives the results.
pub trait ReportSink: Send {
    /// The current code would have a different effect.
    fn found(&mut self, finding: Finding);

    /// All events up to `position` were processed; the period ends at `last`.
    fn reached(&mut self, position: i64, last: i64);
}

/// Processes the events of a period.
///
/// # Errors
///
/// A store is unavailable.
pub async fn shadow(
    world: &World<'_>,
    period: Period,
    under_way: &UnderWay,
    sink: &mut dyn ReportSink,
) -> Result<Looked, TaskError> {
    let log = world.ports.log.as_ref();
    let head = log.head().await?;
    let first = first_since(log, period.since, head).await?;
    let last = match period.until {
        Some(until) => first_since(log, until, head).await? - 1,
        None => head,
    };
    let log_index = LogIndex::read(log, first, head).await?;
    let mut walk = Scheduler::new(world, under_way, log_index, sink);
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
