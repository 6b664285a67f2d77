//! The acknowledgement of a consent notification.

use hip_domain::id::{ConsentId, ErrorCode, RequestId};
use serde_json::json;

use super::{OutgoingRequest, Paths, RequestBuilder, yes_or};
use crate::operations::abdm_error::Context;
use crate::tasks::TaskError;

const PATHS: Paths =
    Paths { v3: "/consent/v3/request/hip/on-notify", v05: "/v0.5/consents/hip/on-notify" };

impl RequestBuilder<'_> {
    pub(super) async fn consent_on_notify(
        &self,
        consent: &ConsentId,
        refusal: Option<&ErrorCode>,
        in_reply_to: RequestId,
    ) -> Result<OutgoingRequest, TaskError> {
        let asked = self.asked(in_reply_to).await?;
        let yes = json!({
            "acknowledgement": { "status": "OK", "consentId": consent.as_str() },
        });
        let body = yes_or(refusal, Context::ConsentNotify, yes);
        Ok(self.answer(&PATHS, asked, body))
    }
}
