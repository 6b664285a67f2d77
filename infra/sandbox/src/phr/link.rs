//! User-initiated linking: the patient selects care contexts and confirms with an OTP.

use serde_json::{Value, json};

use super::{Discovery, Phr};
use crate::gateway::callbacks;
use crate::gateway::groups;
use crate::state::link::{ConfirmRecord, InitRecord, LinkReference};
use crate::wire::callback::Callback;
use crate::wire::care_context::CareContext;
use crate::wire::flow_error::FlowError;
use crate::wire::operation::Operation;
use crate::wire::version::ApiVersion;

impl Phr {
    /// Selects care contexts that a discovery offered, and waits for the HIP's link reference.
    ///
    /// This call and [`Self::link_confirm`] use the API version of the discovery.
    ///
    /// The HIP sends an OTP by text message: see [`Sandbox::sms`](crate::Sandbox::sms).
    ///
    /// # Errors
    ///
    /// [`FlowError::Silence`], [`FlowError::Refused`].
    pub async fn link_init(
        &self,
        discovery: &Discovery,
        chosen: &[CareContext],
    ) -> Result<LinkReference, FlowError> {
        let version = discovery.version;
        let path = version.pick("/api/v3/hip/link/care-context/init", "/v0.5/links/link/init");
        let body = json!({
            "transactionId": discovery.transaction_id,
            "abhaAddress": discovery.abha_address,
            "patient": match version {
                ApiVersion::V3 => groups::write(chosen),
                ApiVersion::V05 => groups::write_v05(&discovery.abha_address, chosen),
            },
        });
        let callback =
            Callback::new(&self.world.draw, &discovery.facility, path, body).in_version(version);
        let request_id = callback.request_id.clone();
        self.world.change(|state| {
            let record = InitRecord {
                transaction_id: discovery.transaction_id.clone(),
                facility: discovery.facility.clone(),
                abha_address: discovery.abha_address.clone(),
                chosen: chosen.to_vec(),
                version,
                answer: None,
            };
            state.inits.insert(request_id.clone(), record);
        });
        callbacks::send(&self.world, callback);
        self.wait(Operation::OnInit, |state| state.inits.get(&request_id)?.answer.clone())
            .await?
            .map_err(FlowError::Refused)
    }

    /// Confirms a link with the OTP, and waits for the HIP's list of the care contexts that are now linked.
    ///
    /// `otp` may be a text or a number.
    ///
    /// # Errors
    ///
    /// [`FlowError::Silence`], [`FlowError::Refused`] (a wrong OTP, among others),
    /// [`FlowError::Unknown`].
    pub async fn link_confirm(
        &self,
        reference: &LinkReference,
        otp: impl Into<Value>,
    ) -> Result<Vec<CareContext>, FlowError> {
        let init_request_id = reference.init_request_id.clone();
        let (facility, version) = self
            .world
            .look(|state| {
                let init = state.inits.get(&init_request_id)?;
                Some((init.facility.clone(), init.version))
            })
            .ok_or_else(|| FlowError::Unknown(init_request_id.clone()))?;
        let body = json!({
            "confirmation": {"token": otp.into(), "linkRefNumber": reference.reference_number},
        });
        let path =
            version.pick("/api/v3/hip/link/care-context/confirm", "/v0.5/links/link/confirm");
        let callback = Callback::new(&self.world.draw, &facility, path, body).in_version(version);
        let request_id = callback.request_id.clone();
        self.world.change(|state| {
            let record = ConfirmRecord { init_request_id, answer: None };
            state.confirms.insert(request_id.clone(), record);
        });
        callbacks::send(&self.world, callback);
        self.wait(Operation::OnConfirm, |state| state.confirms.get(&request_id)?.answer.clone())
            .await?
            .map_err(FlowError::Refused)
    }
}
