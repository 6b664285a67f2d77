//! The world as it was, for one task.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::case::{Case, Step};
use super::chronicle::Chronicle;
use super::guided::{Guided, Played};
use super::peers::{AsThen, NoTokens, StillVault};
use crate::log::dispatch::Dispatcher;
use crate::operations::replay::rehearsal::peers::NoEraser;
use crate::port::log::StoredEvent;
use crate::port::{Clock, Log};
use crate::provider::Provider;
use crate::tasks::perform::perform;
use crate::tasks::{Due, TaskError};

/// Added to the clock of a second play: another millisecond and another second.
pub(super) const SHIFT: TimeDelta = TimeDelta::milliseconds(1_001);

/// A task, and the world that it is played in.
pub(super) struct Scene<'a> {
    due: &'a Due,
    /// Where the log ends.
    pub(super) head: i64,
    pub(super) now: DateTime<Utc>,
    /// What history has still to say about the cause.
    pub(super) untaken: &'a [StoredEvent],
}

impl<'a> Scene<'a> {
    /// The task of a step, where the log ends as the step says.
    pub(super) fn new(case: &'a Case, step: &Step, chronicle: &Chronicle) -> Self {
        Self {
            due: &case.tasks[step.task].due,
            head: step.head,
            now: case.time_at(step, chronicle),
            untaken: &case.untaken,
        }
    }

    /// Plays it; nothing is left of what it does.
    pub(super) async fn play(
        &self,
        provider: &Provider,
        shift: TimeDelta,
    ) -> (Played, Result<(), TaskError>) {
        let (real, untaken) = (Arc::clone(&provider.log), self.untaken.to_vec());
        let guided = Arc::new(Guided::new(real, self.head, (self.now, shift), untaken));
        let outcome = perform(&stage(provider, &guided), self.due).await;
        (guided.played(), outcome)
    }
}

/// The provider, with its clock at a time.
pub(super) fn at(provider: &Provider, time: DateTime<Utc>) -> Provider {
    Provider { clock: Arc::new(Stopped(time)), ..provider.clone() }
}

/// A clock that has stopped.
struct Stopped(DateTime<Utc>);

impl Clock for Stopped {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

fn stage(provider: &Provider, guided: &Arc<Guided>) -> Provider {
    let log: Arc<dyn Log> = Arc::clone(guided) as Arc<dyn Log>;
    let peers = || AsThen { log: Arc::clone(guided), hiu: Arc::clone(&provider.hiu) };
    Provider {
        log: Arc::clone(&log),
        vault: Arc::new(StillVault(Arc::clone(&provider.vault))),
        eraser: Arc::new(NoEraser(Arc::clone(&provider.eraser))),
        gateway: Arc::new(peers()),
        hiu: Arc::new(peers()),
        link_tokens: Arc::new(NoTokens),
        otp_sender: Arc::new(peers()),
        clock: Arc::clone(guided) as _,
        dispatcher: Dispatcher::new(log, None),
        ..provider.clone()
    }
}
