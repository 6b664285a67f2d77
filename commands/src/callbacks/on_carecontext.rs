//! `POST /api/v3/link/on_carecontext`: whether the care context is linked now.

use hip_domain::care_context::CareContext;
use hip_domain::id::ErrorCode;
use hip_domain::outbound::{Call, Outbound};
use hip_domain::stream::StreamId;
use serde::Deserialize;

use super::wire::{Response, WireError, parse};
use super::{Incoming, Verdict, unknown_request};
use crate::abdm_error::Context;
use crate::link_refusal;
use crate::port::log::Actor;
use crate::provider::Provider;
use crate::task::TaskError;

#[derive(Deserialize)]
struct OnCareContext {
    status: Option<String>,
    error: Option<WireError>,
    #[serde(alias = "resp")]
    response: Response,
}

pub(super) async fn interpret(
    provider: &Provider,
    incoming: &Incoming<'_>,
) -> Result<Verdict, TaskError> {
    let message: OnCareContext = match parse(incoming.body) {
        Ok(message) => message,
        Err(malformed) => return Ok(Verdict::Malformed(malformed)),
    };
    let Some(request_id) = message.response.request_id() else {
        return Ok(unknown_request());
    };
    let outbound = provider.dispatcher.load::<Outbound>(&StreamId::outbound(request_id)).await?;
    let Some(Call::LinkCareContext { care_context, .. }) = outbound.call() else {
        return Ok(unknown_request());
    };
    if !care_context.is_of(&incoming.received.facility) {
        return Ok(unknown_request());
    }
    let code = match &message.error {
        Some(error) => Some(error.code()),
        None if succeeded(message.status.as_deref()) => None,
        // Seen in the wild: no error object, and a status that says that it failed.
        None => Some(ErrorCode::ours("unknown")),
    };
    let now = incoming.recorded_at;
    let command = link_refusal::command(request_id, code, Context::OnCareContext, now);
    let state = provider.dispatcher.load::<CareContext>(care_context).await?;
    let subject = state.facts.map(|facts| facts.subject);
    let mut origin = incoming.cause.origin(Actor::Interpreter);
    origin.subject = subject.or(origin.subject);
    let key = incoming.key("care-context");
    provider.dispatcher.execute::<CareContext>(care_context, command, &key, &origin).await?;
    Ok(Verdict::about(subject))
}

fn succeeded(status: Option<&str>) -> bool {
    status.is_some_and(|status| {
        status.trim_start().get(..7).is_some_and(|start| start.eq_ignore_ascii_case("success"))
    })
}

#[cfg(test)]
mod tests {
    use super::succeeded;

    #[test]
    fn only_a_status_that_starts_with_success_is_a_link() {
        assert!(succeeded(Some("Successfully Linked care context")));
        assert!(succeeded(Some("SUCCESS")));
        for status in [None, Some("Failed to link care context"), Some("invalid"), Some("")] {
            assert!(!succeeded(status), "{status:?}");
        }
    }
}
