//! `POST /api/v3/link/on_carecontext`: whether the care context is linked now.

use hip_domain::care_context::{CareContext, CareContextCommand};
use hip_domain::id::ErrorCode;
use hip_domain::outbound::{Call, Outbound};
use hip_domain::stream::StreamId;
use serde::Deserialize;

use super::wire::{Response, WireError, parse};
use super::{Incoming, Verdict, unknown_request};
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

/// The gateway had it linked before: as good as linked.
const ALREADY_LINKED: &str = "ABDM-1056";

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
    let command = match &message.error {
        Some(error) if error.code().as_str() == ALREADY_LINKED => {
            CareContextCommand::ConfirmLink { request_id, already: true }
        }
        Some(error) => CareContextCommand::RejectLink { request_id, code: error.code() },
        None if succeeded(message.status.as_deref()) => {
            CareContextCommand::ConfirmLink { request_id, already: false }
        }
        // Seen in the wild: no error object, and a status that says that it failed.
        None => CareContextCommand::RejectLink { request_id, code: ErrorCode::ours("unknown") },
    };
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
