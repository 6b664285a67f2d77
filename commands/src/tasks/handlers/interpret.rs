//! Interprets a stored message and records the result in its stream.

use hip_domain::event::Event;
use hip_domain::inbound::{Inbound, InboundEvent, ReceivedCallback};
use hip_domain::recorded::Recorded;
use hip_domain::sealed::Sealed;
use hip_domain::stream::StreamId;

use crate::inbox::callbacks::{CallbackMessage, Verdict};
use crate::operations::abdm_error::OwnCode;
use crate::port::log::Actor;
use crate::ports::Ports;
use crate::tasks::{Cause, Due, TaskError};

pub(super) async fn perform(ports: &Ports, due: &Due, inbound: &StreamId) -> Result<(), TaskError> {
    let message = read(ports, inbound).await?;
    let verdict = if ports.settings.is_too_late(&message.event.bearer) {
        held()
    } else {
        understand(ports, &message, &due.cause).await?
    };
    close(ports, inbound, &due.cause, verdict, &due.key()).await
}

/// Reads a message and decrypts it.
pub(crate) async fn read(
    ports: &Ports,
    inbound: &StreamId,
) -> Result<Recorded<ReceivedCallback>, TaskError> {
    let received = ports.newest(inbound, |event| {
        let Event::Inbound(InboundEvent::Received(received)) = event else {
            return None;
        };
        Some(received)
    });
    received.await?.ok_or_else(|| TaskError::never("there is no such message"))
}

/// Interprets a message and stores the effects. `cause` is the event that triggered it.
pub(crate) async fn understand(
    ports: &Ports,
    message: &Recorded<ReceivedCallback>,
    cause: &Cause,
) -> Result<Verdict, TaskError> {
    let received = &message.event;
    let Sealed::Open(raw) = &received.raw else {
        return Err(TaskError::never("the message's key is destroyed"));
    };
    let incoming = CallbackMessage {
        received,
        body: &raw.body,
        cause,
        stored_by: message.event_id,
        recorded_at: message.recorded_at,
    };
    let verdict = ports.interpreter.interpret(ports, &incoming).await?;
    attach_key(ports, &incoming, &verdict).await?;
    Ok(verdict)
}

/// Records the result in the message's stream.
pub(crate) async fn close(
    ports: &Ports,
    inbound: &StreamId,
    cause: &Cause,
    verdict: Verdict,
    key: &str,
) -> Result<(), TaskError> {
    let origin = cause.origin(Actor::Interpreter);
    let command = verdict.into_command();
    ports.dispatcher.execute::<Inbound>(inbound, command, key, &origin).await?;
    Ok(())
}

/// The bearer had expired too long ago: the message waits for an operator.
fn held() -> Verdict {
    let code = OwnCode::LateBearer.into();
    let reason = "its bearer had ended too long before; it is kept and was not acted upon";
    Verdict::Rejected { code, reason, owed: None }
}

/// Attaches the message's key to the patient, so that erasing the patient erases the message.
async fn attach_key(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
    verdict: &Verdict,
) -> Result<(), TaskError> {
    if let Verdict::Interpreted { subject: Some(subject), .. } = verdict
        && let Some(message) = incoming.own_subject()
    {
        ports.vault.attach_key(message, *subject).await?;
    }
    Ok(())
}
