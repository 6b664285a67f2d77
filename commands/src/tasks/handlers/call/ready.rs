//! A call between its composition and its result.

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde_json::Value;

use super::request_builder::RequestTarget;
use crate::port::gateway::SendError;
use crate::port::hiu::Place;

/// A call that is composed and whose attempt is in the log, or in the same draft.
pub struct ReadyCall {
    pub(super) message: RequestTarget,
    pub(super) session: Result<Option<SecretString>, SendError>,
    /// A slot at the HIU's host, until the page is sent.
    pub(super) place: Option<Place>,
    /// Number of the attempt, from 1.
    pub(super) number: u32,
    /// Whether an earlier attempt may have arrived.
    pub(super) lost: bool,
    pub(super) composed_at: DateTime<Utc>,
}

impl ReadyCall {
    /// Whether it may still be sent as it is. Later see [`renew`](super::renew).
    pub(crate) fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        is_fresh(self.composed_at, now)
    }
}

/// Whether two messages say the same to the same. Their times may differ.
pub(super) fn says_the_same(one: &RequestTarget, other: &RequestTarget) -> bool {
    match (one, other) {
        (RequestTarget::Gateway(one), RequestTarget::Gateway(other)) => {
            one.path == other.path && said(&one.body) == said(&other.body)
        }
        (RequestTarget::Gateway(_) | RequestTarget::Hiu { .. }, _) => false,
    }
}

/// A body without its own time, which only messages of version 0.5 have.
fn said(body: &[u8]) -> Option<Value> {
    let mut body: Value = serde_json::from_slice(body).ok()?;
    if let Value::Object(members) = &mut body {
        members.remove("timestamp");
    }
    Some(body)
}

/// How long a call may wait for a worker after it was composed.
const FRESH_FOR: TimeDelta = TimeDelta::seconds(1);

fn is_fresh(composed_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < composed_at + FRESH_FOR
}

/// A call that was sent.
pub(crate) struct SentCall {
    pub(super) outcome: Result<u16, SendError>,
    pub(super) number: u32,
    pub(super) lost: bool,
    pub(super) deadline: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use hip_domain::id::{FacilityId, RequestId};
    use hip_domain::inbound::ApiVersion;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::port::gateway::GatewayMessage;

    fn message(path: &'static str, body: &Value) -> RequestTarget {
        RequestTarget::Gateway(GatewayMessage {
            path,
            api: ApiVersion::V05,
            request_id: RequestId(Uuid::nil()),
            facility: FacilityId::parse("IN3410000260").unwrap(),
            link_token: None,
            body: body.to_string().into_bytes(),
        })
    }

    #[test]
    fn a_message_is_the_same_at_another_time_but_not_with_other_content() {
        let first = message("/a", &json!({ "timestamp": "1", "patient": { "timestamp": "1" } }));
        let later = message("/a", &json!({ "timestamp": "2", "patient": { "timestamp": "1" } }));
        let other = message("/a", &json!({ "timestamp": "1", "patient": { "timestamp": "2" } }));
        let elsewhere =
            message("/b", &json!({ "timestamp": "1", "patient": { "timestamp": "1" } }));
        assert!(says_the_same(&first, &later));
        assert!(!says_the_same(&first, &other));
        assert!(!says_the_same(&first, &elsewhere));
    }

    #[test]
    fn a_call_that_waited_is_composed_again() {
        let at = DateTime::UNIX_EPOCH;
        assert!(is_fresh(at, at + TimeDelta::milliseconds(999)));
        assert!(!is_fresh(at, at + TimeDelta::seconds(1)));
    }
}
