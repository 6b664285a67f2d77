//! `POST /api/v3/links/context/on-notify` and `…/patients/sms/on-notify`: the gateway's reply to a notification. It
//! is recorded on the call; nothing else changes, except that a temporary refusal is sent again.

use chrono::TimeDelta;
use hip_domain::care_context::CareContext;
use hip_domain::id::{ErrorCode, RequestId};
use hip_domain::inbound::CallbackKind;
use hip_domain::outbound::{Call, Outbound, OutboundCommand, SentAgain};
use hip_domain::stream::StreamId;

use super::{CallbackMessage, Verdict, answer, unknown_request};
use crate::accountability::erasure::unless_erased;
use crate::operations::abdm_error::{self, Context, Retry};
use crate::ports::Ports;
use crate::tasks::TaskError;

pub(super) async fn interpret(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
) -> Result<Verdict, TaskError> {
    let answer = match answer::read(incoming.body) {
        Ok(answer) => answer,
        Err(malformed) => return Ok(Verdict::malformed(malformed)),
    };
    let Some(request_id) = answer.request_id else {
        return Ok(unknown_request());
    };
    let stream = StreamId::outbound(request_id);
    let outbound = ports.dispatcher.load::<Outbound>(&stream).await?;
    let facility = &incoming.received.facility;
    let Some(call) = outbound.call() else { return Ok(unknown_request()) };
    let kind = incoming.received.kind;
    let (Call::ContextNotify { care_context, .. } | Call::SmsNotify { care_context, .. }) = call
    else {
        return Ok(unknown_request());
    };
    if matches!(call, Call::SmsNotify { .. }) != (kind == CallbackKind::SmsOnNotify) {
        return Ok(unknown_request());
    }
    if !care_context.is_of(facility) {
        return Ok(unknown_request());
    }
    let care_context = ports.dispatcher.load::<CareContext>(care_context).await?;
    let subject = unless_erased(ports, care_context.facts.map(|facts| facts.subject)).await?;
    let command = answered(call, answer.error, incoming);
    let step = incoming.once_step("outbound").about(subject);
    step.execute::<Outbound>(&ports.dispatcher, &stream, command).await?;
    Ok(Verdict::about(subject))
}

/// In tests the gateway refused notifications for about 25 s after a link and accepted them after 50 s. A service
/// behind the gateway may be down for longer.
const REFUSAL_COUNT_MAX: u32 = 4;

/// A temporary refusal is sent again under a new request id, up to [`REFUSAL_COUNT_MAX`] times.
fn answered(
    call: &Call,
    error: Option<ErrorCode>,
    incoming: &CallbackMessage<'_>,
) -> OutboundCommand {
    let Some(code) = error else {
        return OutboundCommand::Answer { code: None, reason: None, again: None };
    };
    let entry = abdm_error::lookup(&code, Context::of_call(call));
    let reason = Some(abdm_error::refused_words(None, Some(&code), entry.what));
    let again = match entry.retry {
        Retry::Later { first_s, wait_s_max } if call.refusals() < REFUSAL_COUNT_MAX => {
            let first_s = i64::from(first_s.max(FIRST_WAIT_S_MIN));
            let wait_s = (first_s << call.refusals()).min(i64::from(wait_s_max));
            Some(SentAgain {
                request_id: RequestId::caused_by(incoming.stored_by, 0),
                at: incoming.recorded_at + TimeDelta::seconds(wait_s),
            })
        }
        Retry::Later { .. }
        | Retry::Now
        | Retry::Hold { .. }
        | Retry::AfterFix
        | Retry::Never
        | Retry::AlreadyDone => None,
    };
    OutboundCommand::Answer { code: Some(code), reason, again }
}

/// First wait in seconds. Notifications are not urgent.
const FIRST_WAIT_S_MIN: u32 = 10;
