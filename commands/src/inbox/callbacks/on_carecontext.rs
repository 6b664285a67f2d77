//! `POST /api/v3/link/on_carecontext`: the gateway's reply to a link request.

use hip_domain::care_context::CareContext;
use hip_domain::outbound::{Call, Outbound};
use hip_domain::stream::StreamId;
use serde::Deserialize;

use super::wire::{Response, StatusMeaning, StatusWords, WireError, parse, scalar};
use super::{CallbackMessage, Verdict, unknown_request};
use crate::linking::link_refusal::{self, LinkAnswer};
use crate::operations::abdm_error::Context;
use crate::operations::abdm_error::OwnCode;
use crate::ports::Ports;
use crate::tasks::TaskError;

#[derive(Deserialize)]
struct OnCareContext {
    #[serde(default, deserialize_with = "scalar")]
    status: Option<String>,
    error: Option<WireError>,
    #[serde(alias = "resp")]
    response: Response,
}

pub(super) async fn interpret(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
) -> Result<Verdict, TaskError> {
    let message: OnCareContext = match parse(incoming.body) {
        Ok(message) => message,
        Err(malformed) => return Ok(Verdict::malformed(malformed)),
    };
    let Some(request_id) = message.response.request_id() else {
        return Ok(unknown_request());
    };
    let outbound = ports.dispatcher.load::<Outbound>(&StreamId::outbound(request_id)).await?;
    let Some(Call::LinkCareContext { care_context, .. }) = outbound.call() else {
        return Ok(unknown_request());
    };
    if !care_context.is_of(&incoming.received.facility) {
        return Ok(unknown_request());
    }
    let answer = answer(&message);
    let now = incoming.recorded_at;
    let command = link_refusal::command(request_id, answer, Context::OnCareContext, now);
    let state = ports.dispatcher.load::<CareContext>(care_context).await?;
    let subject = state.facts.map(|facts| facts.subject);
    let step = incoming.step("care-context").about(subject);
    step.execute::<CareContext>(&ports.dispatcher, care_context, command).await?;
    Ok(Verdict::about(subject))
}

fn answer(message: &OnCareContext) -> LinkAnswer {
    if let Some(error) = &message.error {
        return LinkAnswer::Refused { code: error.code(), said: None };
    }
    let status = message.status.as_deref();
    match StatusMeaning::of(status) {
        StatusMeaning::Done => LinkAnswer::Linked,
        StatusMeaning::AlreadyDone => LinkAnswer::LinkedBefore,
        // Seen in practice: no error object, only a status that reports a failure.
        StatusMeaning::NotDone => LinkAnswer::Refused {
            code: OwnCode::Unknown.into(),
            said: StatusWords::of(status).map(StatusWords::into_string),
        },
    }
}

#[cfg(test)]
mod tests {
    use hip_domain::id::ErrorCode;

    use super::*;

    fn read(body: &str) -> LinkAnswer {
        let response = r#""response":{"requestId":"1"}"#;
        answer(&parse(&format!("{{{body}{response}}}")).unwrap())
    }

    #[test]
    fn already_linked_without_an_error_is_linked() {
        let status = r#""status":"These care contexts have been already linked","error":null,"#;
        assert_eq!(read(status), LinkAnswer::LinkedBefore);
        assert_eq!(read(r#""status":"Successfully Linked care context","#), LinkAnswer::Linked);
    }

    #[test]
    fn a_status_that_is_not_understood_is_a_refusal_that_shows_it() {
        let code = ErrorCode::from(OwnCode::Unknown);
        let refused = |said: Option<&str>| LinkAnswer::Refused {
            code: code.clone(),
            said: said.map(str::to_owned),
        };
        assert_eq!(read(r#""status":"Request queued","#), refused(Some("request queued")));
        assert_eq!(read(r#""status":null,"#), refused(None));
    }
}
