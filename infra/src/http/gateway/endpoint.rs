//! Address of the gateway and headers of every request.

use std::sync::Arc;

use hip_commands::port::gateway::SendError;
use hip_commands::port::{Clock, Ids};
use hip_domain::id::RequestId;
use hip_domain::inbound::ApiVersion;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Response};

use super::GatewaySettings;

/// What every request to the gateway needs.
pub(super) struct Endpoint {
    pub(super) client: Client,
    pub(super) settings: GatewaySettings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ids: Arc<dyn Ids>,
}

/// Maximum size of an answer; the rest is not read.
const RESPONSE_BYTES_MAX: usize = 64 * 1024;

impl Endpoint {
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.settings.base_url.trim_end_matches('/'))
    }

    pub(super) fn fresh_id(&self) -> RequestId {
        RequestId(self.ids.random())
    }

    /// The URL of a path in its API version.
    pub(super) fn url_of(&self, api: ApiVersion, path: &str) -> String {
        match api {
            ApiVersion::V3 => self.url(path),
            ApiVersion::V05 => {
                format!("{}{path}", self.settings.v05_base_url.trim_end_matches('/'))
            }
        }
    }

    /// The headers of every request.
    pub(super) fn headers(&self, request_id: RequestId) -> HeaderMap {
        let now = self.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [
            ("request-id", request_id.to_string()),
            ("timestamp", now),
            ("x-cm-id", self.settings.cm_id.clone()),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        headers
    }
}

pub(super) fn plain_header(text: &str) -> Result<HeaderValue, SendError> {
    HeaderValue::from_str(text).map_err(|_| SendError::Refused {
        status: None,
        code: None,
        reason: "a header value has characters that HTTP does not allow".to_owned(),
    })
}

/// Marked as sensitive so that no layer prints it.
pub(super) fn secret_header(text: &str) -> Result<HeaderValue, SendError> {
    let mut value = plain_header(text)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The first bytes of an answer.
pub(super) async fn read_bounded(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = RESPONSE_BYTES_MAX - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == RESPONSE_BYTES_MAX {
            break;
        }
    }
    body
}
