//! The reply to a profile share: the queue token.

use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, RequestId};
use hip_domain::inbound::ApiVersion;
use hip_domain::profile_share::{ProfileShareEvent, SharedProfile, TOKEN_AGE_MAX, Token};
use hip_domain::sealed::Sealed;
use hip_domain::stream::StreamId;
use serde_json::{Value, json};

use super::text::error;
use super::{OutgoingRequest, Paths, RequestBuilder, yes_or};
use crate::operations::abdm_error::{Context, OwnCode};
use crate::tasks::TaskError;

const PATHS: Paths =
    Paths { v3: "/patient-share/v3/on-share", v05: "/v1.0/patients/profile/on-share" };

impl RequestBuilder<'_> {
    pub(super) async fn on_share(
        &self,
        counter: Option<&StreamId>,
        refusal: Option<&ErrorCode>,
        in_reply_to: RequestId,
    ) -> Result<OutgoingRequest, TaskError> {
        let asked = self.asked(in_reply_to).await?;
        let body = match counter {
            None => yes_or(refusal, Context::ProfileShare, json!({})),
            Some(counter) => {
                let (token, shared) = self.place(counter, in_reply_to).await?;
                shared.map_or_else(gone, |shared| acknowledgement(token, &shared, asked.api))
            }
        };
        Ok(self.answer(&PATHS, asked, body))
    }

    /// The token, and the profile unless the patient was erased.
    async fn place(
        &self,
        counter: &StreamId,
        request: RequestId,
    ) -> Result<(Token, Option<SharedProfile>), TaskError> {
        let given = self.ports.newest(counter, |event| {
            let Event::ProfileShare(event) = event else { return None };
            let (request_id, token, shared) = given(event);
            (request_id == request).then_some((token, shared))
        });
        match given.await?.map(|recorded| recorded.event) {
            Some((token, Sealed::Open(shared))) => Ok((token, Some(shared))),
            Some((token, Sealed::Erased)) => Ok((token, None)),
            Some((_, Sealed::Closed)) => Err(TaskError::never("the shared profile cannot be read")),
            None => Err(TaskError::never("no token was given for this request")),
        }
    }
}

fn given(event: ProfileShareEvent) -> (RequestId, Token, Sealed<SharedProfile>) {
    match event {
        ProfileShareEvent::TokenIssued { request_id, token, shared, .. }
        | ProfileShareEvent::TokenRepeated { request_id, token, shared, .. } => {
            (request_id, token, shared)
        }
    }
}

/// The answer about a patient who was erased meanwhile.
fn gone() -> Value {
    json!({ "error": error(&OwnCode::NobodyFound.into(), Context::ProfileShare) })
}

fn acknowledgement(token: Token, shared: &SharedProfile, api: ApiVersion) -> Value {
    let number = format!("{:04}", token.number);
    match api {
        ApiVersion::V3 => json!({ "acknowledgement": {
            "status": "SUCCESS",
            "abhaAddress": shared.abha_address.reveal(),
            "profile": {
                "context": shared.counter,
                "tokenNumber": number,
                "expiry": TOKEN_AGE_MAX.num_seconds(),
            },
        }}),
        ApiVersion::V05 => json!({ "acknowledgement": {
            "status": "SUCCESS",
            "healthId": shared.abha_address.reveal(),
            "tokenNumber": number,
        }}),
    }
}
