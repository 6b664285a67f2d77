//! A message of the gateway to the HIP, before it is sent.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::run::clock;
use crate::run::draw::Draw;
use crate::wire::version::ApiVersion;

/// A message to the HIP. Its bearer and its TIMESTAMP are set when it is first sent.
#[derive(Clone, Debug)]
pub(crate) struct Callback {
    pub(crate) request_id: String,
    facility: String,
    /// Path below the bridge URL, including `/api`.
    pub(crate) path: String,
    body: Value,
    pub(crate) version: ApiVersion,
    /// TIMESTAMP of the message; `None` uses the time of the first attempt.
    dated: Option<DateTime<Utc>>,
}

impl Callback {
    /// The same message with another REQUEST-ID.
    pub(crate) fn renamed(&self, request_id: String) -> Self {
        Self { request_id, ..self.clone() }
    }

    pub(crate) fn new(draw: &Draw, facility: &str, path: &str, body: Value) -> Self {
        Self {
            request_id: draw.id(),
            facility: facility.to_owned(),
            path: path.to_owned(),
            body,
            version: ApiVersion::V3,
            dated: None,
        }
    }

    /// The same message in another version of the API.
    pub(crate) fn in_version(self, version: ApiVersion) -> Self {
        Self { version, ..self }
    }

    /// The same message with another TIMESTAMP, to simulate a message that arrives late.
    pub(crate) fn dated(self, at: DateTime<Utc>) -> Self {
        Self { dated: Some(at), ..self }
    }

    /// The headers and the body, first sent at `now`. Later attempts repeat them.
    pub(crate) fn write(
        &self,
        bearer: &str,
        now: DateTime<Utc>,
    ) -> (BTreeMap<String, String>, Value) {
        let mut headers: BTreeMap<String, String> = [
            ("Authorization", format!("Bearer {bearer}")),
            ("Content-Type", "application/json".to_owned()),
            ("X-HIP-ID", self.facility.clone()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let mut body = self.body.clone();
        let timestamp = clock::wire(self.dated.unwrap_or(now));
        match self.version {
            ApiVersion::V3 => {
                headers.insert("REQUEST-ID".to_owned(), self.request_id.clone());
                headers.insert("TIMESTAMP".to_owned(), timestamp);
            }
            ApiVersion::V05 => {
                body["requestId"] = json!(self.request_id);
                body["timestamp"] = json!(timestamp);
            }
        }
        (headers, body)
    }
}
