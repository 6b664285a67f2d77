//! A stored message is understood, and its stream closed.

use hip_domain::event::Event;
use hip_domain::id::ErrorCode;
use hip_domain::inbound::{Inbound, InboundEvent};
use hip_domain::recorded::Recorded;
use hip_domain::sealed::Sealed;
use hip_domain::stream::StreamId;

use crate::callbacks::{self, Incoming, Verdict};
use crate::port::log::Actor;
use crate::provider::Provider;
use crate::task::Due;
use crate::task::TaskError;

pub(super) async fn perform(
    provider: &Provider,
    due: &Due,
    inbound: &StreamId,
) -> Result<(), TaskError> {
    let received = provider.newest(inbound, |event| {
        let Event::Inbound(InboundEvent::Received(received)) = event else {
            return None;
        };
        Some(received)
    });
    let Some(Recorded { event: received, recorded_at, .. }) = received.await? else {
        return Err(TaskError::never("there is no such message"));
    };
    let Sealed::Open(raw) = &received.raw else {
        return Err(TaskError::never("the message's key is destroyed"));
    };
    let incoming =
        Incoming { received: &received, body: &raw.body, cause: &due.cause, recorded_at };
    let verdict = if provider.settings.is_too_late(&received.bearer) {
        held()
    } else {
        callbacks::interpret(provider, &incoming).await?
    };
    tie(provider, &incoming, &verdict).await?;
    let origin = due.cause.origin(Actor::Interpreter);
    provider
        .dispatcher
        .execute::<Inbound>(inbound, verdict.into_command(), &due.key(), &origin)
        .await?;
    Ok(())
}

/// Its bearer had ended long before: it is kept as it is, and an operator decides.
fn held() -> Verdict {
    let code = ErrorCode::ours("late-bearer");
    let reason = "its bearer had ended too long before; it is kept and was not acted upon";
    Verdict::Rejected { code, reason, owed: None }
}

/// From now on the message goes when the person it is about is erased.
async fn tie(
    provider: &Provider,
    incoming: &Incoming<'_>,
    verdict: &Verdict,
) -> Result<(), TaskError> {
    if let Verdict::Interpreted { subject: Some(subject), .. } = verdict
        && let Some(message) = incoming.own_subject()
    {
        provider.vault.tie(message, *subject).await?;
    }
    Ok(())
}
