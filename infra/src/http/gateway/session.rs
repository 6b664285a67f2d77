//! The session with the gateway: one token, shared by all facilities; one caller at a time fetches it.

#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))] // numbers and instants here come from outside

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hip_commands::port::gateway::SendError;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::Mutex;

use super::endpoint::{Endpoint, read_bounded};
use super::refusal;
use crate::http::retry_after::retry_after;

/// A token is replaced this long before it expires.
const MARGIN: TimeDelta = TimeDelta::seconds(60);

/// Lifetime of a token that states none; the gateway's own is 20 minutes.
const LIFETIME_UNKNOWN: TimeDelta = TimeDelta::minutes(5);

/// Maximum lifetime of a token, whatever the gateway states.
const LIFETIME_MAX: TimeDelta = TimeDelta::days(1);

pub(super) struct Sessions {
    endpoint: Arc<Endpoint>,
    current: Mutex<Option<Session>>,
}

/// An open session.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) token: SecretString,
    pub(super) opened_at: DateTime<Utc>,
    good_until: DateTime<Utc>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Granted {
    access_token: String,
    expires_in: Option<i64>,
}

impl Sessions {
    pub(super) fn new(endpoint: Arc<Endpoint>) -> Self {
        Self { endpoint, current: Mutex::new(None) }
    }

    /// A session that is valid for at least another minute.
    pub(super) async fn current(&self) -> Result<Session, SendError> {
        // Held while fetching: all other callers wait for the same answer.
        let mut current = self.current.lock().await;
        let now = self.endpoint.clock.now();
        if let Some(session) = current.as_ref()
            && now < session.good_until
        {
            return Ok(session.clone());
        }
        let session = self.open(now).await?;
        *current = Some(session.clone());
        Ok(session)
    }

    /// Drops a token that the gateway does not know any more. A newer one, fetched by another caller
    /// meanwhile, stays.
    pub(super) async fn forget(&self, token: &SecretString) {
        let mut current = self.current.lock().await;
        let is_current = |session: &Session| session.token.expose_secret() == token.expose_secret();
        if current.as_ref().is_some_and(is_current) {
            *current = None;
        }
    }

    async fn open(&self, now: DateTime<Utc>) -> Result<Session, SendError> {
        let settings = &self.endpoint.settings;
        let request = serde_json::json!({
            "clientId": settings.client_id,
            "clientSecret": settings.client_secret.expose_secret(),
            "grantType": "client_credentials",
        });
        let response = self
            .endpoint
            .client
            .post(self.endpoint.url("/gateway/v3/sessions"))
            .headers(self.endpoint.headers(self.endpoint.fresh_id()))
            .body(request.to_string())
            .send()
            .await
            .map_err(|_| SendError::NO_ANSWER)?;
        let status = response.status();
        let retry_after = retry_after(response.headers(), now);
        let body = read_bounded(response).await;
        if !status.is_success() {
            tracing::error!(status = status.as_u16(), "the gateway gives no session");
            // An operator must correct wrong credentials; until then all calls wait.
            let code = refusal::code(&body);
            let status = Some(status.as_u16());
            return Err(SendError::Unavailable { status, code, retry_after });
        }
        let status = Some(status.as_u16());
        let unreadable = SendError::Unavailable { status, code: None, retry_after: None };
        let granted: Granted = serde_json::from_slice(&body).map_err(|_| unreadable)?;
        let good_until = good_until(&granted, now);
        let token = SecretString::from(granted.access_token);
        Ok(Session { token, opened_at: now, good_until })
    }
}

/// From `expiresIn`; if absent or zero, from the token's own `exp`. The gateway may send any number.
fn good_until(granted: &Granted, now: DateTime<Utc>) -> DateTime<Utc> {
    let told = granted.expires_in.filter(|seconds| *seconds > 0).map(|seconds| {
        TimeDelta::try_seconds(seconds).map_or(LIFETIME_MAX, |told| told.min(LIFETIME_MAX))
    });
    let lifetime = told
        .or_else(|| Some(expiry(&granted.access_token)?.signed_duration_since(now)))
        .unwrap_or(LIFETIME_UNKNOWN)
        .clamp(TimeDelta::zero(), LIFETIME_MAX);
    now.checked_add_signed(lifetime).and_then(|end| end.checked_sub_signed(MARGIN)).unwrap_or(now)
}

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
    use chrono::TimeZone;

    use super::*;

    fn granted(expires_in: Option<i64>, exp: i64) -> Granted {
        let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"exp":{exp}}}"#));
        Granted { access_token: format!("h.{claims}.s"), expires_in }
    }

    #[test]
    fn the_lifetime_is_what_the_gateway_says_less_a_minute() {
        let now = Utc.with_ymd_and_hms(2026, 9, 14, 7, 0, 0).unwrap();
        assert_eq!(good_until(&granted(Some(1200), 0), now), now + TimeDelta::seconds(1140));
    }

    #[test]
    fn a_lifetime_beyond_all_bounds_is_a_day() {
        let now = Utc.with_ymd_and_hms(2026, 9, 14, 7, 0, 0).unwrap();
        let a_day = now + TimeDelta::days(1) - TimeDelta::minutes(1);
        for (expires_in, exp) in
            [(Some(i64::MAX), 0), (Some(i64::MAX / 1000), 0), (None, 8_000_000_000_000)]
        {
            assert_eq!(good_until(&granted(expires_in, exp), now), a_day, "{expires_in:?} {exp}");
        }
        let over = now - TimeDelta::minutes(1);
        assert_eq!(good_until(&granted(Some(i64::MIN), -8_000_000_000_000), now), over);
        let unknown = now + TimeDelta::minutes(4);
        for exp in [i64::MIN, i64::MAX] {
            assert_eq!(good_until(&granted(None, exp), now), unknown, "{exp}");
        }
    }

    #[test]
    fn a_zero_lifetime_is_read_from_the_token() {
        let now = Utc.with_ymd_and_hms(2026, 9, 14, 7, 0, 0).unwrap();
        let exp = now.timestamp() + 600;
        assert_eq!(good_until(&granted(Some(0), exp), now), now + TimeDelta::seconds(540));
    }
}
