//! Replies of a user-initiated link: where the OTP was sent, and what was linked.

use hip_domain::care_context::CareContext;
use hip_domain::id::{ErrorCode, LinkReference, RequestId, TransactionId};
use hip_domain::inbound::ApiVersion;
use hip_domain::patient::Demographics;
use hip_domain::stream::StreamId;
use hip_domain::user_link::{UserLink, UserLinkFacts};
use serde_json::{Value, json};

use super::text::{Offered, error, one_patient, patients, timestamp};
use super::{OutgoingRequest, Paths, RequestBuilder, yes_or};
use crate::operations::abdm_error::{Context, OwnCode};
use crate::patients::patient_data::demographics_unless_erased;
use crate::tasks::TaskError;
use crate::visits::visit_display::visit_of;

const ON_INIT: Paths = Paths {
    v3: "/user-initiated-linking/v3/link/care-context/on-init",
    v05: "/v0.5/links/link/on-init",
};

const ON_CONFIRM: Paths = Paths {
    v3: "/user-initiated-linking/v3/link/care-context/on-confirm",
    v05: "/v0.5/links/link/on-confirm",
};

impl RequestBuilder<'_> {
    pub(super) async fn on_init(
        &self,
        transaction: &TransactionId,
        link: Option<LinkReference>,
        refusal: Option<&ErrorCode>,
        in_reply_to: RequestId,
    ) -> Result<OutgoingRequest, TaskError> {
        let asked = self.asked(in_reply_to).await?;
        let mut body = json!({ "transactionId": transaction.as_str() });
        match (link, refusal) {
            (Some(reference), None) => match self.link(reference).await? {
                Some(link) => body["link"] = link,
                None => {
                    body["error"] = error(&OwnCode::UnknownTransaction.into(), Context::LinkInit);
                }
            },
            (_, Some(code)) => body["error"] = error(code, Context::LinkInit),
            (None, None) => return Err(TaskError::never("there is no such link")),
        }
        Ok(self.answer(&ON_INIT, asked, body))
    }

    /// The hint shows only the end of the phone number. `None` if the patient was erased.
    async fn link(&self, reference: LinkReference) -> Result<Option<Value>, TaskError> {
        let (state, person) = self.user_link(reference).await?;
        let Some(person) = person else { return Ok(None) };
        let Some(otp) = state.otp() else {
            return Err(TaskError::never("the link has no OTP any more"));
        };
        let mobile = person.mobile.as_ref().map(|mobile| mobile.reveal().as_str());
        let end = mobile.and_then(|mobile| mobile.get(6..)).unwrap_or("****");
        Ok(Some(json!({
            "referenceNumber": reference,
            "authenticationType": "DIRECT",
            "meta": {
                "communicationMedium": "MOBILE",
                "communicationHint": format!("******{end}"),
                "communicationExpiry": timestamp(otp.expires_at),
            },
        })))
    }

    /// Contains exactly the selected care contexts.
    pub(super) async fn on_confirm(
        &self,
        link: Option<LinkReference>,
        refusal: Option<&ErrorCode>,
        in_reply_to: RequestId,
    ) -> Result<OutgoingRequest, TaskError> {
        let asked = self.asked(in_reply_to).await?;
        let (Some(reference), None) = (link, refusal) else {
            let body = yes_or(refusal, Context::LinkConfirm, json!({}));
            return Ok(self.answer(&ON_CONFIRM, asked, body));
        };
        let (state, person) = self.user_link(reference).await?;
        let Some(person) = person else {
            let unknown = error(&OwnCode::UnknownLinkReference.into(), Context::LinkConfirm);
            return Ok(self.answer(&ON_CONFIRM, asked, json!({ "error": unknown })));
        };
        let facts = state.facts().ok_or_else(|| TaskError::never("there is no such link"))?;
        let chosen = self.chosen(facts).await?;
        let patient = match asked.api {
            ApiVersion::V3 => patients(&person, &chosen),
            ApiVersion::V05 => one_patient(&person, &chosen),
        };
        Ok(self.answer(&ON_CONFIRM, asked, json!({ "patient": patient })))
    }

    /// The link and its patient, who may have been erased.
    async fn user_link(
        &self,
        reference: LinkReference,
    ) -> Result<(UserLink, Option<Demographics>), TaskError> {
        let stream = StreamId::user_link(reference);
        let state = self.ports.dispatcher.load::<UserLink>(&stream).await?;
        let Some(facts) = state.facts() else {
            return Err(TaskError::never("there is no such link"));
        };
        let person = demographics_unless_erased(self.ports, facts.subject).await?;
        Ok((state, person))
    }

    async fn chosen(&self, facts: &UserLinkFacts) -> Result<Vec<Offered>, TaskError> {
        let mut offered = Vec::new();
        for chosen in &facts.chosen {
            let state = self.ports.dispatcher.load::<CareContext>(&chosen.stream).await?;
            let display = state.facts.map_or_else(
                || format!("Visit {}", chosen.reference),
                |facts| visit_of(facts.visited_at),
            );
            offered.push((chosen.reference.clone(), chosen.hi_types.clone(), display));
        }
        Ok(offered)
    }
}
