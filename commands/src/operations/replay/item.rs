//! Replays one item of an order. Replaying it twice has one effect.

use hip_domain::event::Event;
use hip_domain::id::{EventId, RequestId};
use hip_domain::inbound::{Inbound, InboundCommand, InboundEvent};
use hip_domain::recorded::Recorded;
use hip_domain::replay::{Direction, Ordered};
use hip_domain::stream::StreamId;

use super::resend::{self, PreviousCall};
use crate::inbox::callbacks::Verdict;
use crate::log::codec;
use crate::port::CorrelationIndex;
use crate::port::log::{Actor, Origin};
use crate::ports::Ports;
use crate::process_managers::answers::owed_call;
use crate::tasks::handlers::interpret;
use crate::tasks::{Cause, TaskError};

/// A message or a call to replay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// An incoming message or an outgoing call.
    pub direction: Direction,
    /// Its stream.
    pub stream: StreamId,
}

/// The result of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemOutcome {
    /// The message was interpreted, or the call is sent again.
    Completed,
    /// The message was interpreted and refused.
    Refused,
    /// The message could not be interpreted, or the item cannot be processed.
    Failed,
    /// There was nothing to do.
    Skipped,
}

impl ItemOutcome {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// The result of a replayed item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The result.
    pub outcome: ItemOutcome,
    /// The reason, without personal data.
    pub reason: Option<String>,
    /// Number of calls that are sent again.
    pub resent: u32,
}

impl Done {
    /// The result of an item without effects.
    pub fn without_effect(outcome: ItemOutcome, reason: impl Into<String>) -> Self {
        Self { outcome, reason: Some(reason.into()), resent: 0 }
    }
}

/// Replays an item as far as the order allows.
///
/// # Errors
///
/// [`TaskError::Later`] if a store is unavailable. A retry is safe.
pub async fn redo(
    ports: &Ports,
    conversations: &dyn CorrelationIndex,
    order: &Ordered,
    item: &Item,
) -> Result<Done, TaskError> {
    match item.direction {
        Direction::Callback => callback(ports, conversations, order, &item.stream).await,
        Direction::Call => call(ports, conversations, order, &item.stream).await,
    }
}

/// Replays a call that was given up.
async fn call(
    ports: &Ports,
    conversations: &dyn CorrelationIndex,
    order: &Ordered,
    stream: &StreamId,
) -> Result<Done, TaskError> {
    let known = match stream.request_id() {
        Some(id) => resend::known(ports, id).await?,
        None => None,
    };
    let Some(known) = known else {
        return Err(TaskError::never("there is no such call"));
    };
    Ok(match resend::make(ports, conversations, order, &known, None).await? {
        Ok(()) => Done { outcome: ItemOutcome::Completed, reason: None, resent: 1 },
        Err(why) => Done::without_effect(ItemOutcome::Skipped, why),
    })
}

/// Interprets a message again, then resends the calls of its conversation.
async fn callback(
    ports: &Ports,
    conversations: &dyn CorrelationIndex,
    order: &Ordered,
    stream: &StreamId,
) -> Result<Done, TaskError> {
    let request = request(ports, order, stream).await?;
    let (conversation, position) = (request.correlation, request.position);
    let earlier = resend::earlier(ports, conversations, conversation, position).await?;
    if end(ports, stream, request.event_id).await?.is_none() {
        understand(ports, stream, &request, &earlier).await?;
    }
    let end = end(ports, stream, request.event_id).await?;
    let mut resent = 0;
    for call in &earlier {
        let cause = Some(request.event_id.0);
        if resend::make(ports, conversations, order, call, cause).await?.is_ok() {
            resent += 1;
        }
    }
    let (outcome, reason) =
        end.map_or((ItemOutcome::Skipped, Some(OVERTAKEN.to_owned())), in_words);
    Ok(Done { outcome, reason, resent })
}

/// Two processes interpreted the message at once, and the other one finished first.
const OVERTAKEN: &str = "the message was being looked at already";

/// The replay request of this order in the message's stream. Appends it if it does not exist yet.
async fn request(
    ports: &Ports,
    order: &Ordered,
    stream: &StreamId,
) -> Result<Recorded<Event>, TaskError> {
    if let Some(request) = requested(ports, order, stream).await? {
        return Ok(request);
    }
    let stored = ports.log.stream(stream, 0).await?;
    let (Some(first), Some(last)) = (stored.first(), stored.last()) else {
        return Err(TaskError::never("there is no such message"));
    };
    let command = InboundCommand::Replay { replay: order.clone(), answers: last.event_id };
    let origin = Origin {
        correlation: first.correlation,
        causation: Some(last.event_id.0),
        actor: Actor::Process,
        subject: first.subject,
        new_subject: false,
    };
    let key = format!("replay:{}:{stream}", order.replay);
    ports.dispatcher.execute::<Inbound>(stream, command, &key, &origin).await?;
    let request = requested(ports, order, stream).await?;
    request.ok_or_else(|| TaskError::later("the replay is not in the log yet"))
}

async fn requested(
    ports: &Ports,
    order: &Ordered,
    stream: &StreamId,
) -> Result<Option<Recorded<Event>>, TaskError> {
    for stored in ports.log.stream(stream, 0).await? {
        let recorded = codec::decode(&stored)?;
        if let Event::Inbound(InboundEvent::ReplayRequested { replay, .. }) = &recorded.event
            && replay.replay == order.replay
        {
            return Ok(Some(recorded));
        }
    }
    Ok(None)
}

/// The end of a replay: the event that the request caused.
async fn end(
    ports: &Ports,
    stream: &StreamId,
    request: EventId,
) -> Result<Option<InboundEvent>, TaskError> {
    for stored in ports.log.stream(stream, 0).await? {
        if stored.causation == Some(request.0)
            && let Event::Inbound(event) = codec::decode(&stored)?.event
            && !matches!(event, InboundEvent::ReplayRequested { .. })
        {
            return Ok(Some(event));
        }
    }
    Ok(None)
}

/// Interprets the message with the current code. A reply that was already planned before is not planned again; the
/// policy decides whether it is resent.
async fn understand(
    ports: &Ports,
    stream: &StreamId,
    request: &Recorded<Event>,
    earlier: &[PreviousCall],
) -> Result<(), TaskError> {
    let cause = Cause {
        position: request.position,
        event_id: request.event_id,
        correlation: request.correlation,
        subject: request.subject,
    };
    let message = interpret::read(ports, stream).await?;
    let mut verdict = interpret::understand(ports, &message, &cause).await?;
    let (Verdict::Interpreted { owed, .. }
    | Verdict::Rejected { owed, .. }
    | Verdict::Malformed { owed, .. }) = &mut verdict;
    let in_reply_to = RequestId(request.correlation);
    let is_new = |call| earlier.iter().all(|earlier| earlier.call != call);
    owed.take_if(|owed| !is_new(owed_call(owed.clone(), in_reply_to)));
    let key = format!("replay:{}:end", request.event_id);
    interpret::close(ports, stream, &cause, verdict, &key).await
}

fn in_words(end: InboundEvent) -> (ItemOutcome, Option<String>) {
    match end {
        InboundEvent::Interpreted { .. } => (ItemOutcome::Completed, None),
        InboundEvent::Rejected { code, reason, .. } => {
            (ItemOutcome::Refused, Some(format!("{code}: {reason}")))
        }
        InboundEvent::Failed { field, expected, .. } => {
            (ItemOutcome::Failed, Some(format!("{field} must be {expected}")))
        }
        // Not an end; `end` skips these events.
        InboundEvent::Received(_) | InboundEvent::ReplayRequested { .. } => {
            (ItemOutcome::Skipped, None)
        }
    }
}
