//! `POST /api/v3/hip/token/on-generate-token`: the requested link token, or an error.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))] // numbers and instants here come from outside

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hip_domain::id::SubjectId;
use hip_domain::link_token::{LinkToken, LinkTokenCommand};
use hip_domain::outbound::{Call, Outbound};
use hip_domain::patient::Patient;
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use serde::Deserialize;

use super::wire::{Malformed, Response, WireError, parse, scalar, within_years};
use super::{CallbackMessage, Verdict, unknown_request};
use crate::accountability::erasure::unless_erased;
use crate::linking::{link_refusal, opt_out};
use crate::operations::abdm_error::{self, Context, Mark};
use crate::port::log::{Actor, Origin};
use crate::ports::Ports;
use crate::tasks::TaskError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OnGenerateToken {
    #[serde(default, deserialize_with = "scalar")]
    link_token: Option<String>,
    error: Option<WireError>,
    #[serde(alias = "resp")]
    response: Response,
}

pub(super) async fn interpret(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
) -> Result<Verdict, TaskError> {
    let message: OnGenerateToken = match parse(incoming.body) {
        Ok(message) => message,
        Err(malformed) => return Ok(Verdict::malformed(malformed)),
    };
    let Some(request_id) = message.response.request_id() else {
        return Ok(unknown_request());
    };
    let outbound = ports.dispatcher.load::<Outbound>(&StreamId::outbound(request_id)).await?;
    let Some(Call::GenerateToken { link_token: stream }) = outbound.call() else {
        return Ok(unknown_request());
    };
    if !stream.is_of(&incoming.received.facility) {
        return Ok(unknown_request());
    }
    let deactivated = message.error.as_ref().is_some_and(|error| {
        let entry = abdm_error::lookup(&error.code(), Context::OnGenerateToken);
        entry.mark == Some(Mark::AbhaDeactivated)
    });
    let command = match (message.error, message.link_token.filter(|token| !token.is_empty())) {
        (Some(error), _) => LinkTokenCommand::Reject {
            request_id,
            refusal: link_refusal::of_token(&error.code(), Context::OnGenerateToken),
            code: error.code(),
            counted: true,
            limits: ports.settings.token_limits,
            now: ports.clock.now(),
        },
        (None, Some(token)) => LinkTokenCommand::Issue {
            request_id,
            expires_at: expiry(&token),
            token: Phi::new(token),
            now: ports.clock.now(),
        },
        (None, None) => {
            return Ok(Verdict::malformed(Malformed::new("linkToken", "a token or an error")));
        }
    };
    let subject = ports.dispatcher.load::<LinkToken>(stream).await?.subject;
    let mut origin = incoming.cause.origin(Actor::Interpreter);
    origin.subject = unless_erased(ports, subject).await?.or(origin.subject);
    let key = incoming.key("link-token");
    ports.dispatcher.execute::<LinkToken>(stream, command, &key, &origin).await?;
    if deactivated && let Some(subject) = subject {
        leave(ports, incoming, subject, &origin).await?;
    }
    Ok(Verdict::about(subject))
}

/// The error reports that the ABHA is deactivated, so the opt-out is applied.
async fn leave(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
    subject: SubjectId,
    origin: &Origin,
) -> Result<(), TaskError> {
    let patient = ports.dispatcher.load::<Patient>(&StreamId::patient(subject)).await?;
    if let Some(address) = patient.abha_address() {
        let facility = &incoming.received.facility;
        let position = incoming.cause.position;
        let left = opt_out::OptOut { facility, address, deleted: false, position };
        opt_out::purge(ports, &left, origin, &incoming.key("leaving")).await?;
    }
    Ok(())
}

/// `exp` of the token's claims. The signature is not checked: only the gateway uses the token, and it verifies its
/// own tokens.
fn expiry(token: &str) -> Option<DateTime<Utc>> {
    #[derive(Deserialize)]
    struct Claims {
        exp: i64,
    }
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Claims = serde_json::from_slice(&claims).ok()?;
    within_years(DateTime::from_timestamp(claims.exp, 0)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expiry_is_read_from_the_claims() {
        let token = format!("h.{}.s", URL_SAFE_NO_PAD.encode(r#"{"exp":1804852000}"#));
        assert_eq!(expiry(&token), DateTime::from_timestamp(1_804_852_000, 0));
    }

    #[test]
    fn a_token_that_is_none_has_no_expiry() {
        for token in ["", "a.b.c", "..", "no"] {
            assert_eq!(expiry(token), None);
        }
        for exp in [i64::MIN, -8_000_000_000_000, 8_000_000_000_000, i64::MAX] {
            let token = format!("h.{}.s", URL_SAFE_NO_PAD.encode(format!(r#"{{"exp":{exp}}}"#)));
            assert_eq!(expiry(&token), None, "{exp}");
        }
    }
}
