//! The state of an earlier time, in which one task runs.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::case::{Case, Step};
use super::log_index::LogIndex;
use super::peers::{NoTokens, ReadOnlyVault, RecordedPeers};
use super::scripted_log::{Played, ScriptedLog};
use crate::log::dispatch::Dispatcher;
use crate::operations::replay::dry_run::peers::NoEraser;
use crate::port::log::StoredEvent;
use crate::port::{Clock, Log};
use crate::ports::Ports;
use crate::tasks::handlers::perform;
use crate::tasks::{Due, TaskError};

/// Added to the clock of the second run, so that both milliseconds and seconds differ.
pub(super) const SHIFT: TimeDelta = TimeDelta::milliseconds(1_001);

/// A task and the state in which it runs.
pub(super) struct Scene<'a> {
    due: &'a Due,
    /// The position at which the log ends.
    pub(super) head: i64,
    pub(super) now: DateTime<Utc>,
    /// The recorded effects that remain.
    pub(super) untaken: &'a [StoredEvent],
}

impl<'a> Scene<'a> {
    /// The task of a step, with the log ending at the step's position.
    pub(super) fn new(case: &'a Case, step: &Step, log_index: &LogIndex) -> Self {
        Self {
            due: &case.tasks[step.task].due,
            head: step.head,
            now: case.time_at(step, log_index),
            untaken: &case.untaken,
        }
    }

    /// Runs the task without lasting effects.
    pub(super) async fn play(
        &self,
        ports: &Ports,
        shift: TimeDelta,
    ) -> (Played, Result<(), TaskError>) {
        let (real, untaken) = (Arc::clone(&ports.log), self.untaken.to_vec());
        let scripted = Arc::new(ScriptedLog::new(real, self.head, (self.now, shift), untaken));
        let outcome = perform(&scripted_ports(ports, &scripted), self.due).await;
        (scripted.played(), outcome)
    }
}

/// A copy of `ports` with the clock stopped at `time`.
pub(super) fn at(ports: &Ports, time: DateTime<Utc>) -> Ports {
    Ports { clock: Arc::new(Stopped(time)), ..ports.clone() }
}

/// A clock that always returns the same time.
struct Stopped(DateTime<Utc>);

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

fn scripted_ports(ports: &Ports, scripted: &Arc<ScriptedLog>) -> Ports {
    let log: Arc<dyn Log> = Arc::clone(scripted) as Arc<dyn Log>;
    let peers = || RecordedPeers { log: Arc::clone(scripted), hiu: Arc::clone(&ports.hiu) };
    Ports {
        log: Arc::clone(&log),
        vault: Arc::new(ReadOnlyVault(Arc::clone(&ports.vault))),
        eraser: Arc::new(NoEraser(Arc::clone(&ports.eraser))),
        gateway: Arc::new(peers()),
        hiu: Arc::new(peers()),
        link_tokens: Arc::new(NoTokens),
        otp_sender: Arc::new(peers()),
        clock: Arc::clone(scripted) as _,
        dispatcher: Dispatcher::new(log, None),
        ..ports.clone()
    }
}
