//! Messages of a transfer: the reply to the request, the pages and the final notification.

use hip_domain::consent::Consent;
use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, RequestId, TransactionId};
use hip_domain::inbound::ApiVersion;
use hip_domain::stream::StreamId;
use hip_domain::transfer::{DeliveryStatus, Transfer, TransferEvent};
use serde_json::{Value, json};

use super::text::timestamp;
use super::{OutgoingRequest, Paths, RequestBuilder, RequestTarget, yes_or};
use crate::operations::abdm_error::Context;
use crate::patients::patient_data::require_open;
use crate::sharing::hiu_trust;
use crate::tasks::TaskError;
use crate::tasks::handlers::encrypt_page::recipient;

const ON_REQUEST: Paths = Paths {
    v3: "/data-flow/v3/health-information/hip/on-request",
    v05: "/v0.5/health-information/hip/on-request",
};

const NOTIFY: Paths =
    Paths { v3: "/data-flow/v3/health-information/notify", v05: "/v0.5/health-information/notify" };

impl RequestBuilder<'_> {
    pub(super) async fn on_request(
        &self,
        transaction: &TransactionId,
        refusal: Option<&ErrorCode>,
        in_reply_to: RequestId,
    ) -> Result<OutgoingRequest, TaskError> {
        let asked = self.asked(in_reply_to).await?;
        let yes = json!({
            "hiRequest": { "transactionId": transaction.as_str(), "sessionStatus": "ACKNOWLEDGED" },
        });
        let body = yes_or(refusal, Context::DataFlow, yes);
        Ok(self.answer(&ON_REQUEST, asked, body))
    }

    /// The page as it was encrypted. Each attempt sends the same bytes.
    pub(super) async fn push_page(
        &self,
        transaction: &TransactionId,
        page: u32,
    ) -> Result<OutgoingRequest, TaskError> {
        let stream = StreamId::transfer(transaction);
        let encrypted = self.ports.newest(&stream, |event| {
            let Event::Transfer(TransferEvent::PageEncrypted { page: n, body, .. }) = event else {
                return None;
            };
            (n == page).then_some(body)
        });
        let encrypted = encrypted.await?.map(|recorded| recorded.event);
        let body = require_open(encrypted, "the page cannot be read any more")?;
        let push_url = recipient(self.ports, &stream).await?.push_url;
        let state = self.ports.dispatcher.load::<Transfer>(&stream).await?;
        let facts = state.facts().ok_or_else(|| TaskError::never("there is no such transfer"))?;
        let consent = StreamId::consent(&facts.consent_id);
        let consent = self.ports.dispatcher.load::<Consent>(&consent).await?;
        let hiu = consent.grant().and_then(|grant| grant.hiu.as_ref());
        let bearer = hiu_trust::shows_session(self.ports, hiu, push_url.reveal()).await?;
        let facility = facts.facility.clone();
        Ok(OutgoingRequest { facility, message: RequestTarget::Hiu { push_url, body, bearer } })
    }

    pub(super) async fn notify_transfer(
        &self,
        transaction: &TransactionId,
    ) -> Result<OutgoingRequest, TaskError> {
        let stream = StreamId::transfer(transaction);
        let completed = self.ports.newest(&stream, |event| {
            let Event::Transfer(TransferEvent::Completed { transferred, .. }) = event else {
                return None;
            };
            Some(transferred)
        });
        let completed = completed.await?;
        let state = self.ports.dispatcher.load::<Transfer>(&stream).await?;
        let (Some(completed), Transfer::Completed { facts, statuses, .. }) = (completed, state)
        else {
            return Err(TaskError::never("the transfer is not completed"));
        };
        let asked = self.asked(facts.request_id).await?;
        let own = || self.ports.settings.service_id(&facts.facility);
        let hip_id = asked.named.as_ref().unwrap_or_else(own).as_str();
        let mut body = json!({ "notification": {
            "consentId": facts.consent_id.as_str(),
            "transactionId": transaction.as_str(),
            "doneAt": timestamp(completed.recorded_at),
            "notifier": { "type": "HIP", "id": hip_id },
            "statusNotification": {
                "sessionStatus": if completed.event { "TRANSFERRED" } else { "FAILED" },
                "hipId": hip_id,
                "statusResponses": statuses.iter().map(status).collect::<Vec<_>>(),
            },
        }});
        let path = match asked.api {
            ApiVersion::V3 => NOTIFY.v3,
            ApiVersion::V05 => {
                self.sign(&mut body);
                NOTIFY.v05
            }
        };
        Ok(self.spoken(path, asked.api, (facts.facility, asked.named), &body))
    }
}

fn status(status: &DeliveryStatus) -> Value {
    json!({
        "careContextReference": status.care_context.as_str(),
        "hiStatus": if status.error.is_none() { "DELIVERED" } else { "ERRORED" },
        "description": status.error.as_deref().unwrap_or("Data sent successfully"),
    })
}
