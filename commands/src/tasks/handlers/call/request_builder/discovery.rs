//! The reply to a discovery: one patient with unlinked care contexts, or an error.

use hip_domain::discovery::{Discovery, DiscoveryOutcome, Offer};
use hip_domain::id::{ErrorCode, RequestId, TransactionId};
use hip_domain::inbound::ApiVersion;
use hip_domain::stream::StreamId;
use serde_json::{Value, json};

use super::text::{Offered, error, one_patient, patients};
use super::{OutgoingRequest, Paths, RequestBuilder};
use crate::operations::abdm_error::{Context, OwnCode};
use crate::patients::patient_data::demographics_unless_erased;
use crate::tasks::TaskError;
use crate::visits::visit_display::visit_of;

const PATHS: Paths = Paths {
    v3: "/user-initiated-linking/v3/patient/care-context/on-discover",
    v05: "/v0.5/care-contexts/on-discover",
};

impl RequestBuilder<'_> {
    pub(super) async fn on_discover(
        &self,
        transaction: &TransactionId,
        refusal: Option<&ErrorCode>,
        in_reply_to: RequestId,
    ) -> Result<OutgoingRequest, TaskError> {
        let asked = self.asked(in_reply_to).await?;
        let mut body = json!({ "transactionId": transaction.as_str() });
        if let Some(code) = refusal {
            body["error"] = error(code, Context::Discovery);
            return Ok(self.answer(&PATHS, asked, body));
        }
        let stream = StreamId::discovery(transaction);
        // What was concluded never changes.
        let discovery = match self.ports.dispatcher.recent(&stream) {
            Some(concluded @ Discovery::Concluded { .. }) => concluded,
            Some(_) | None => self.ports.dispatcher.load(&stream).await?,
        };
        let Discovery::Concluded { outcome, .. } = discovery else {
            return Err(TaskError::later("the discovery is not concluded"));
        };
        match outcome {
            DiscoveryOutcome::Matched(offer) => self.offer(&offer, asked.api, &mut body).await?,
            DiscoveryOutcome::NotMatched { code, candidates } => {
                let several = candidates > 1;
                let context =
                    if several { Context::DiscoveryOfSeveral } else { Context::Discovery };
                body["error"] = error(&code, context);
            }
        }
        Ok(self.answer(&PATHS, asked, body))
    }

    /// Nobody, if the patient was erased after the search.
    async fn offer(
        &self,
        offer: &Offer,
        api: ApiVersion,
        body: &mut Value,
    ) -> Result<(), TaskError> {
        let Some(person) = demographics_unless_erased(self.ports, offer.subject).await? else {
            body["error"] = error(&OwnCode::NobodyFound.into(), Context::Discovery);
            return Ok(());
        };
        let unlinked = self.ports.offer(offer.subject).await?.unlinked;
        let offered: Vec<Offered> = offer
            .care_contexts
            .iter()
            .map(|(reference, hi_types)| {
                let found = unlinked.iter().find(|unlinked| unlinked.reference == *reference);
                let display = found.map_or_else(
                    || format!("Visit {reference}"),
                    |unlinked| visit_of(unlinked.visited_at),
                );
                (reference.clone(), hi_types.clone(), display)
            })
            .collect();
        match api {
            ApiVersion::V3 => {
                body["patient"] = patients(&person, &offered);
                body["matchedBy"] = json!(offer.matched_by);
            }
            ApiVersion::V05 => {
                body["patient"] = one_patient(&person, &offered);
                body["patient"]["matchedBy"] = json!(offer.matched_by);
            }
        }
        Ok(())
    }
}
