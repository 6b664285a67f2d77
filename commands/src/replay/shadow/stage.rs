//! The world as it was, for one task.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::case::{Case, Step};
use super::chronicle::Chronicle;
use super::guided::{Guided, Played};
use super::peers::{AsThen, NoTokens, StillVault};
use crate::dispatch::Dispatcher;
use crate::perform::perform;
use crate::port::{Clock, Log};
use crate::provider::Provider;
use crate::replay::rehearsal::peers::NoEraser;
use crate::task::TaskError;

/// Added to the clock of a second play: another millisecond and another second.
pub(super) const SHIFT: TimeDelta = TimeDelta::milliseconds(1_001);

/// Plays a task where a step says.
pub(super) async fn play(
    provider: &Provider,
    case: &Case,
    step: &Step,
    chronicle: &Chronicle,
    shift: TimeDelta,
) -> (Played, Result<(), TaskError>) {
    let now = case.time_at(step, chronicle);
    let real = Arc::clone(&provider.log);
    let guided = Arc::new(Guided::new(real, step.head, now, shift, case.untaken.clone()));
    let outcome = perform(&stage(provider, &guided), &case.tasks[step.task].due).await;
    (guided.played(), outcome)
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
