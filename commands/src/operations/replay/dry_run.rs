//! Dry run of a replay: the same code runs on an `OverlayLog` and with stub peers. Nothing is written and nothing
//! is sent.

mod directory;
mod log;
pub(super) mod peers;

use std::sync::Arc;

use hip_domain::event::{DecodeError, Event};
use hip_domain::id::RequestId;
use hip_domain::outbound::{Call, OutboundEvent, Sent};
use hip_domain::recorded::Recorded;
use hip_domain::replay::Ordered;
use hip_domain::stream::StreamId;

use super::comparison::compare;
use super::item::{Done, Item, ItemOutcome, redo};
use super::resend;
use crate::log::codec;
use crate::log::dispatch::Dispatcher;
use crate::port::{CorrelationIndex, Log};
use crate::ports::Ports;
use crate::process_managers::react;
use crate::tasks::handlers::perform;
use crate::tasks::{Due, TaskError};
use directory::KnownPatients;
use log::{OverlayLog, OverlayVault};
use peers::{AcceptAllGateway, KnownCalls, NoEraser, NoHiu, NoOtp};

pub use super::comparison::{Difference, How};

/// Most tasks to run for one item. A transfer of 100 pages has about 400.
const TASK_COUNT_MAX: usize = 1_000;

/// The effects that one item would have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rehearsed {
    /// The result of the item.
    pub done: Done,
    /// The calls that would be sent or suppressed, in order.
    pub calls: Vec<WouldCall>,
    /// The names of the new events in order, without those of calls.
    pub facts: Vec<String>,
    /// Whether the task limit was reached, so that effects may be missing.
    pub is_cut: bool,
}

/// A call that a replay would make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WouldCall {
    /// The kind of call.
    pub kind: String,
    /// The request id. It differs in the real replay if the causing event is not in the log yet.
    pub request_id: RequestId,
    /// Whether it is the id of an earlier call.
    pub same_id: bool,
    /// Where it would be sent.
    pub target: Option<String>,
    /// Whether it would be recorded as suppressed and not sent.
    pub suppressed: bool,
    /// The request id of the earlier call that it is compared with.
    pub sent_before: Option<RequestId>,
    /// The differences to that call; `None` if there is nothing to compare.
    pub differences: Option<Vec<Difference>>,
}

/// Runs an item of an order without effects. The stub peers accept every call, so that the following steps are
/// included. Tasks that are due later are not run.
///
/// # Errors
///
/// A store is unavailable. A failure of the item itself is reported in `done`.
pub async fn rehearse(
    ports: &Ports,
    conversations: &dyn CorrelationIndex,
    order: &Ordered,
    item: &Item,
) -> Result<Rehearsed, TaskError> {
    let head = ports.log.head().await?;
    let (ids, clock) = (Arc::clone(&ports.ids), Arc::clone(&ports.clock));
    let overlay = Arc::new(OverlayLog::new(Arc::clone(&ports.log), ids, clock, head));
    let overlay_ports = overlay_ports(ports, &overlay);
    let known = KnownCalls { inner: conversations, head };
    let done = match redo(&overlay_ports, &known, order, item).await {
        Ok(done) => done,
        Err(
            error
            @ (TaskError::Later { .. } | TaskError::Newer { .. } | TaskError::HostBusy { .. }),
        ) => return Err(error),
        Err(TaskError::Never { reason }) => Done::without_effect(ItemOutcome::Failed, reason),
    };
    let is_cut = follow(&overlay_ports, &overlay).await?;
    let recorded = recorded(&overlay)?;
    let mut calls = Vec::new();
    for stream in called(&recorded) {
        calls.push(would_call(ports, conversations, &recorded, stream, head).await?);
    }
    let facts = recorded.iter().filter(|one| !matches!(one.event, Event::Outbound(_)));
    let facts = facts.map(|one| one.event.name().to_owned()).collect();
    Ok(Rehearsed { done, calls, facts, is_cut })
}

/// A call that a task would make.
pub(super) struct Made {
    pub(super) call: Call,
    /// The message; `None` if it would not be sent.
    pub(super) sent: Option<Sent>,
}

/// The calls that a task would make if the log had ended at `head`. The read models and the clock of `ports` must
/// already be set to that point.
pub(super) async fn calls_of(ports: &Ports, due: &Due, head: i64) -> Result<Vec<Made>, TaskError> {
    let (ids, clock) = (Arc::clone(&ports.ids), Arc::clone(&ports.clock));
    let overlay = Arc::new(OverlayLog::new(Arc::clone(&ports.log), ids, clock, head));
    let overlay_ports = overlay_ports(ports, &overlay);
    do_now(&overlay_ports, due).await?;
    follow(&overlay_ports, &overlay).await?;
    let recorded = recorded(&overlay)?;
    let made = called(&recorded).into_iter().filter_map(|stream| {
        let mut of_stream = recorded.iter().filter(|one| one.stream == *stream);
        let call = of_stream.clone().find_map(|one| call_of(&one.event))?;
        Some(Made { call, sent: of_stream.find_map(|one| sent(&one.event)).cloned() })
    });
    Ok(made.collect())
}

fn recorded(overlay: &OverlayLog) -> Result<Vec<Recorded<Event>>, DecodeError> {
    overlay.appended().iter().map(codec::decode).collect()
}

/// A copy of `ports` with overlay log and stub peers.
fn overlay_ports(ports: &Ports, overlay: &Arc<OverlayLog>) -> Ports {
    let log: Arc<dyn Log> = Arc::clone(overlay) as Arc<dyn Log>;
    Ports {
        log: Arc::clone(&log),
        vault: Arc::new(OverlayVault::new(Arc::clone(&ports.vault), Arc::clone(overlay))),
        eraser: Arc::new(NoEraser(Arc::clone(&ports.eraser))),
        gateway: Arc::new(AcceptAllGateway),
        hiu: Arc::new(NoHiu(Arc::clone(&ports.hiu))),
        directory: Arc::new(KnownPatients {
            directory: Arc::clone(&ports.directory),
            head: overlay.stored_head(),
        }),
        otp_sender: Arc::new(NoOtp),
        dispatcher: Dispatcher::new(log, None),
        ..ports.clone()
    }
}

/// Runs the tasks of all appended events until there are none. `true` if the task limit was reached.
async fn follow(overlay_ports: &Ports, overlay: &OverlayLog) -> Result<bool, TaskError> {
    let (mut seen, mut count) = (0, 0);
    loop {
        let appended = overlay.appended();
        let Some(stored) = appended.get(seen) else { return Ok(false) };
        seen += 1;
        for due in react(&codec::decode(stored)?) {
            count += 1;
            if count > TASK_COUNT_MAX {
                return Ok(true);
            }
            do_now(overlay_ports, &due).await?;
        }
    }
}

/// Runs a task. A task that is due later, or that fails or must be retried later, has no effect in a dry run.
async fn do_now(overlay_ports: &Ports, due: &Due) -> Result<(), TaskError> {
    if due.at.is_some_and(|at| at > overlay_ports.clock.now()) {
        return Ok(());
    }
    match perform(overlay_ports, due).await {
        Ok(())
        | Err(
            TaskError::Never { .. }
            | TaskError::Later { after: Some(_), .. }
            | TaskError::HostBusy { .. },
        ) => Ok(()),
        Err(error @ (TaskError::Later { after: None, .. } | TaskError::Newer { .. })) => Err(error),
    }
}

/// The streams of the calls that were sent or suppressed, without duplicates, in order.
fn called(recorded: &[Recorded<Event>]) -> Vec<&StreamId> {
    let mut streams: Vec<&StreamId> = Vec::new();
    for one in recorded {
        let is_sent = matches!(
            one.event,
            Event::Outbound(OutboundEvent::Attempted { .. } | OutboundEvent::Suppressed { .. })
        );
        if is_sent && !streams.contains(&&one.stream) {
            streams.push(&one.stream);
        }
    }
    streams
}

async fn would_call(
    ports: &Ports,
    conversations: &dyn CorrelationIndex,
    recorded: &[Recorded<Event>],
    stream: &StreamId,
    head: i64,
) -> Result<WouldCall, TaskError> {
    let of_stream: Vec<_> = recorded.iter().filter(|one| one.stream == *stream).collect();
    let request_id = stream.request_id();
    let request_id = request_id.ok_or_else(|| TaskError::never("a call has no request id"))?;
    let known = resend::known(ports, request_id).await?;
    let call = of_stream.iter().find_map(|one| call_of(&one.event));
    let call = known.as_ref().map(|known| known.call.clone()).or(call);
    let call = call.ok_or_else(|| TaskError::never("a call is not known"))?;
    let conversation = of_stream[0].correlation;
    let before = match &known {
        Some(_) => Some(request_id),
        None => before(ports, conversations, conversation, &call, head).await?,
    };
    let would = of_stream.iter().find_map(|one| sent(&one.event));
    let was = match before {
        Some(id) => sent_before(ports, id).await?,
        None => None,
    };
    Ok(WouldCall {
        kind: call.kind().to_owned(),
        request_id,
        same_id: known.is_some(),
        target: would.map(|would| would.target.clone()),
        suppressed: would.is_none(),
        sent_before: before,
        differences: was.zip(would).map(|(was, would)| compare(&was, would)),
    })
}

/// The newest equal call of the conversation, else the newest of the same kind.
async fn before(
    ports: &Ports,
    conversations: &dyn CorrelationIndex,
    conversation: uuid::Uuid,
    call: &Call,
    head: i64,
) -> Result<Option<RequestId>, TaskError> {
    let earlier = resend::earlier(ports, conversations, conversation, head).await?;
    let same = earlier.iter().rfind(|one| one.call == *call);
    let alike = || earlier.iter().rfind(|one| one.call.kind() == call.kind());
    Ok(same.or_else(alike).map(resend::PreviousCall::request_id))
}

async fn sent_before(ports: &Ports, request_id: RequestId) -> Result<Option<Sent>, TaskError> {
    for stored in ports.log.stream(&StreamId::outbound(request_id), 0).await?.iter().rev() {
        if let Some(sent) = sent(&codec::decode(stored)?.event) {
            return Ok(Some(sent.clone()));
        }
    }
    Ok(None)
}

const fn sent(event: &Event) -> Option<&Sent> {
    let Event::Outbound(OutboundEvent::Attempted { sent, .. }) = event else { return None };
    sent.as_ref()
}

fn call_of(event: &Event) -> Option<Call> {
    let Event::Outbound(
        OutboundEvent::Planned { call, .. } | OutboundEvent::Suppressed { call, .. },
    ) = event
    else {
        return None;
    };
    Some(call.clone())
}
