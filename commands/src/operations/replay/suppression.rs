//! Decides whether a replay order forbids a call.

use hip_domain::event::Event;
use hip_domain::id::RequestId;
use hip_domain::inbound::InboundEvent;
use hip_domain::outbound::OutboundEvent;
use hip_domain::replay::{Ordered, Policy};
use hip_domain::stream::StreamId;

use crate::log::codec;
use crate::ports::Ports;
use crate::tasks::{Cause, Due, TaskError};

/// The replay order that forbids sending; `None` if there is none. It is the newest replay, before the cause, of the
/// message that started the conversation.
pub(crate) async fn suppressed(ports: &Ports, due: &Due) -> Result<Option<Ordered>, TaskError> {
    let cause = &due.cause;
    let message = StreamId::inbound(RequestId(cause.correlation));
    for stored in ports.log.stream(&message, 0).await?.iter().rev() {
        if stored.position >= cause.position && !due.is_drafted {
            continue;
        }
        if let Event::Inbound(InboundEvent::ReplayRequested { replay, .. }) =
            codec::decode(stored)?.event
        {
            if due.is_drafted {
                return Err(TaskError::later("a replay was ordered before the call is recorded"));
            }
            let is_silent = replay.policy == Policy::Projections && !is_call(ports, cause).await?;
            return Ok(Some(replay).filter(|_| is_silent));
        }
    }
    Ok(None)
}

/// Whether the cause is a replay of a call itself.
async fn is_call(ports: &Ports, cause: &Cause) -> Result<bool, TaskError> {
    let asked = ports.log.page(cause.position - 1, 1).await?;
    let asked = asked.first().map(codec::decode).transpose()?;
    let event = asked.map(|asked| asked.event);
    Ok(matches!(event, Some(Event::Outbound(OutboundEvent::ReplayRequested { .. }))))
}
