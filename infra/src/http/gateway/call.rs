//! Sends a request with our session; once more with a new session if the first one ended early.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use hip_commands::operations::abdm_error::{self, Context, Mark};
use hip_commands::port::gateway::SendError;
use reqwest::header::{AUTHORIZATION, DATE};
use reqwest::{RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};

use super::endpoint::{read_bounded, secret_header};
use super::{HttpGateway, refusal};
use crate::http::retry_after::retry_after;

/// A reply of the gateway.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    /// The gateway's own time, if given.
    pub(super) date: Option<DateTime<Utc>>,
    /// The wait that the gateway asks for.
    pub(super) retry_after: Option<Duration>,
    pub(super) body: Vec<u8>,
}

impl HttpGateway {
    /// Sends the request that `request` builds, with our session. If the gateway does not know the session, it
    /// has not accepted the request: a new session is opened and the same request is sent once more
    /// with the same id. A refusal without a code, with a new session, has another
    /// cause.
    pub(super) async fn call(
        &self,
        context: Context,
        request: impl Fn() -> Result<RequestBuilder, SendError> + Send + Sync,
    ) -> Result<Reply, SendError> {
        let session = self.sessions.current().await?;
        let reply = send(request()?, &session.token, self.endpoint.clock.now()).await?;
        if !reply.refuses_the_session(context) {
            return Ok(reply);
        }
        let now = self.endpoint.clock.now();
        let names_the_session = refusal::code(&reply.body).is_some();
        if !names_the_session
            && (TimeDelta::zero()..SESSION_IS_NEW).contains(&(now - session.opened_at))
        {
            return Ok(reply);
        }
        self.sessions.forget(&session.token).await;
        let session = self.sessions.current().await?;
        send(request()?, &session.token, now).await
    }
}

/// A session younger than this has not ended early: a refusal without a code has another cause.
const SESSION_IS_NEW: TimeDelta = TimeDelta::seconds(60);

async fn send(
    request: RequestBuilder,
    token: &SecretString,
    now: DateTime<Utc>,
) -> Result<Reply, SendError> {
    let bearer = secret_header(&format!("Bearer {}", token.expose_secret()))?;
    let response =
        request.header(AUTHORIZATION, bearer).send().await.map_err(|_| SendError::NO_ANSWER)?;
    let date = response.headers().get(DATE).and_then(|value| value.to_str().ok());
    let date = date.and_then(|text| DateTime::parse_from_rfc2822(text).ok()).map(|at| at.to_utc());
    let retry_after = retry_after(response.headers(), now);
    Ok(Reply { status: response.status(), date, retry_after, body: read_bounded(response).await })
}

impl Reply {
    fn refuses_the_session(&self, context: Context) -> bool {
        if self.status.is_success() {
            return false;
        }
        let code = refusal::code(&self.body);
        let entry = abdm_error::of_refusal(Some(self.status.as_u16()), code.as_ref(), context);
        entry.mark == Some(Mark::SessionRefused)
    }

    /// The body of a success; the gateway's refusal as the error.
    pub(super) fn accepted(self, context: Context) -> Result<Vec<u8>, SendError> {
        if self.status.is_success() {
            return Ok(self.body);
        }
        Err(refusal::classify(self.status, &self.body, self.retry_after, context))
    }
}
