//! `POST /api/v3/hip/token/on-generate-token`: the link token we asked for, or why there is none.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use hip_domain::link_token::{LinkToken, LinkTokenCommand};
use hip_domain::outbound::{Call, Outbound};
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use serde::Deserialize;

use super::wire::{Malformed, Response, WireError, parse};
use super::{Incoming, Verdict, unknown_request};
use crate::port::log::Actor;
use crate::provider::Provider;
use crate::task::TaskError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OnGenerateToken {
    link_token: Option<String>,
    error: Option<WireError>,
    #[serde(alias = "resp")]
    response: Response,
}

pub(super) async fn interpret(
    provider: &Provider,
    incoming: &Incoming<'_>,
) -> Result<Verdict, TaskError> {
    let message: OnGenerateToken = match parse(incoming.body) {
        Ok(message) => message,
        Err(malformed) => return Ok(Verdict::Malformed(malformed)),
    };
    let Some(request_id) = message.response.request_id() else {
        return Ok(unknown_request());
    };
    let outbound = provider.dispatcher.load::<Outbound>(&StreamId::outbound(request_id)).await?;
    let Some(Call::GenerateToken { link_token: stream }) = outbound.call() else {
        return Ok(unknown_request());
    };
    let command = match (message.error, message.link_token) {
        (Some(error), _) => LinkTokenCommand::Reject { request_id, code: error.code() },
        (None, Some(token)) => LinkTokenCommand::Issue {
            request_id,
            expires_at: expiry(&token),
            token: Phi::new(token),
            now: provider.clock.now(),
        },
        (None, None) => {
            return Ok(Verdict::Malformed(Malformed::new("linkToken", "a token or an error")));
        }
    };
    let subject = match provider.dispatcher.load::<LinkToken>(stream).await? {
        LinkToken::Requested { subject, .. } => Some(subject),
        LinkToken::Absent | LinkToken::Issued { .. } => None,
    };
    let mut origin = incoming.cause.origin(Actor::Interpreter);
    origin.subject = subject.or(origin.subject);
    let key = incoming.key("link-token");
    provider.dispatcher.execute::<LinkToken>(stream, command, &key, &origin).await?;
    Ok(Verdict::about(subject))
}

/// `exp` of the token's claims. The signature is not ours to judge: the gateway checks its own
/// tokens when we send them back.
fn expiry(token: &str) -> Option<DateTime<Utc>> {
    #[derive(Deserialize)]
    struct Claims {
        exp: i64,
    }
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Claims = serde_json::from_slice(&claims).ok()?;
    DateTime::from_timestamp(claims.exp, 0)
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
    }
}
