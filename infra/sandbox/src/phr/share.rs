//! Scan and share: a patient shares their profile at a counter and receives a queue token (contract
//! section 6).

use serde_json::{Value, json};

use super::Phr;
use crate::gateway::callbacks;
use crate::gateway::register::AbhaHolder;
use crate::patch;
use crate::state::share::{QueueToken, ShareRecord};
use crate::wire::callback::Callback;
use crate::wire::flow_error::FlowError;
use crate::wire::operation::Operation;

/// A profile share at a counter. Sent unchanged, even if it is invalid: the HIP must check it.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareRequest {
    /// The service id of the facility whose code was scanned.
    pub facility: String,
    /// `metaData.context`: the counter.
    pub counter: String,
    /// The patient whose profile is shared.
    pub holder: AbhaHolder,
    /// `PROFILE_SHARE`, `RECORD_SHARE`, `PAYMENT_SHARE`, or any other text.
    pub intent: String,
    /// Merged into the body before it is sent (JSON merge patch, RFC 7396): null removes a member.
    pub patch: Value,
}

impl ShareRequest {
    /// A whole profile with the intent `PROFILE_SHARE`.
    pub fn new(facility: &str, counter: &str, holder: &AbhaHolder) -> Self {
        Self {
            facility: facility.to_owned(),
            counter: counter.to_owned(),
            holder: holder.clone(),
            intent: "PROFILE_SHARE".to_owned(),
            patch: Value::Null,
        }
    }

    /// The body as captured from the network: numbers are text, and `hprId` is null.
    pub(super) fn body(&self) -> Value {
        let holder = &self.holder;
        let mut body = json!({
            "intent": self.intent,
            "metaData": {
                "hipId": self.facility,
                "context": self.counter,
                "hprId": null,
                "latitude": "18.9",
                "longitude": "73.7",
            },
            "profile": {"patient": {
                "abhaNumber": holder.abha_number,
                "abhaAddress": holder.abha_address,
                "name": holder.name,
                "gender": holder.gender,
                "dayOfBirth": "9",
                "monthOfBirth": "4",
                "yearOfBirth": holder.year_of_birth.to_string(),
                "address": {
                    "line": "Ward 3",
                    "district": "Pune",
                    "state": "Maharashtra",
                    "pincode": "410503",
                },
                "phoneNumber": holder.mobile,
            }},
        });
        patch::merge(&mut body, self.patch.clone());
        body
    }
}

impl Phr {
    /// Shares a profile at a counter, and waits for the queue token.
    ///
    /// # Errors
    ///
    /// [`FlowError::Silence`], [`FlowError::Refused`].
    pub async fn share_profile(&self, request: ShareRequest) -> Result<QueueToken, FlowError> {
        const PATH: &str = "/api/v3/hip/patient/share";
        let callback = Callback::new(&self.world.draw, &request.facility, PATH, request.body());
        let record = ShareRecord {
            callback,
            facility: request.facility,
            abha_address: request.holder.abha_address,
            counter: request.counter,
            answer: None,
        };
        self.send_share(record).await
    }

    /// Sends the same profile share again: same body, new REQUEST-ID.
    ///
    /// # Errors
    ///
    /// [`FlowError::Unknown`], [`FlowError::Silence`], [`FlowError::Refused`].
    pub async fn share_again(&self, token: &QueueToken) -> Result<QueueToken, FlowError> {
        let record = self
            .world
            .look(|state| {
                let first = state.shares.get(&token.request_id)?;
                Some(ShareRecord {
                    callback: first.callback.renamed(self.world.draw.id()),
                    facility: first.facility.clone(),
                    abha_address: first.abha_address.clone(),
                    counter: first.counter.clone(),
                    answer: None,
                })
            })
            .ok_or_else(|| FlowError::Unknown(token.request_id.clone()))?;
        self.send_share(record).await
    }

    async fn send_share(&self, record: ShareRecord) -> Result<QueueToken, FlowError> {
        let callback = record.callback.clone();
        let request_id = callback.request_id.clone();
        self.world.change(|state| state.shares.insert(request_id.clone(), record));
        callbacks::send(&self.world, callback);
        self.wait(Operation::OnShare, |state| state.shares.get(&request_id)?.answer.clone())
            .await?
            .map_err(FlowError::Refused)
    }
}
