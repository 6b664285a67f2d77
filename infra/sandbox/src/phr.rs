//! The patient's app, and through it the consent manager: discovers, links, grants, revokes.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::gateway::callbacks::{self, Callback};
use crate::gateway::groups;
use crate::operation::Operation;
use crate::question::Question;
use crate::version::ApiVersion;
use crate::world::World;

pub(crate) mod consent;
pub(crate) mod discovery;
pub(crate) mod link;
pub(crate) mod share;
pub(crate) mod status;

pub use consent::{Artefact, ConsentStatus, Grant};
pub use discovery::{DiscoverRequest, Discovery, Identifier, Offer};
pub use link::LinkReference;
pub use share::{QueueToken, ShareRequest};
pub use status::PatientStatus;

/// A care context under one hi type, as a HIP offers it or the gateway holds it as linked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CareContext {
    /// The service id of the facility that holds it.
    pub facility: String,
    /// The HIP's own reference of the patient.
    pub patient_reference: String,
    /// What the patient is called there.
    pub patient_display: String,
    /// The HIP's own reference of the care context.
    pub care_context_reference: String,
    /// What the patient reads in the list.
    pub display: String,
    /// One of the eight hi types. The same care context may stand in a list once per type.
    ///
    /// Empty when it came in v0.5, which names none: it stands for whatever the records are.
    pub hi_type: String,
}

impl CareContext {
    /// Whether both name the same records, however they are displayed.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.facility == other.facility
            && self.patient_reference == other.patient_reference
            && self.care_context_reference == other.care_context_reference
            && (self.hi_type == other.hi_type
                || self.hi_type.is_empty()
                || other.hi_type.is_empty())
    }
}

/// The `error` of a HIP's answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub struct HipError {
    /// Without the colon and the blank that may follow it on the wire.
    pub code: String,
    /// For people.
    pub message: String,
}

impl HipError {
    pub(crate) fn read(body: &Value) -> Option<Self> {
        let error = body.get("error")?;
        let text = |member: &str| error[member].as_str().unwrap_or_default();
        Some(Self {
            code: text("code").trim_end_matches([':', ' ']).to_owned(),
            message: text("message").to_owned(),
        })
    }
}

/// Why something the patient or the HIU wanted did not come about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// The HIP did not answer in time. A 2xx to the callback is no answer.
    #[error("no {} within {} ms", missing.name(), waited.as_millis())]
    Silence {
        /// The call that did not come.
        missing: Operation,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The HIP answered with an error.
    #[error("refused by the HIP: {0}")]
    Refused(HipError),
    /// The twin knows no consent, consent request or discovery of this id.
    #[error("nothing is known under the id {0}")]
    Unknown(String),
}

/// The patient's app. Cheap to clone.
#[derive(Clone)]
pub struct Phr {
    world: Arc<World>,
}

impl Phr {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self { world }
    }

    /// Ask a facility for the patient's care contexts, and wait for its on-discover.
    ///
    /// # Errors
    ///
    /// [`FlowError::Silence`]. A HIP that finds nobody is no error here: see [`Discovery::answer`].
    pub async fn discover(&self, request: DiscoverRequest) -> Result<Discovery, FlowError> {
        let path = request
            .version
            .pick("/api/v3/hip/patient/care-context/discover", "/v0.5/care-contexts/discover");
        let transaction_id = self.world.draw.id();
        let body = request.body(&transaction_id);
        let callback =
            Callback::new(&self.world, &request.facility, path, body).in_version(request.version);
        let request_id = callback.request_id.clone();
        self.world.change(|state| {
            let record = discovery::DiscoveryRecord {
                question: Question::new(&callback),
                facility: request.facility.clone(),
                abha_address: request.abha_address.clone(),
                answer: None,
            };
            state.discoveries.insert(transaction_id.clone(), record);
        });
        callbacks::send(&self.world, callback);
        let answer = self
            .wait(Operation::OnDiscover, |state| {
                state.discoveries.get(&transaction_id)?.answer.clone()
            })
            .await?;
        Ok(Discovery {
            transaction_id,
            request_id,
            facility: request.facility,
            abha_address: request.abha_address,
            version: request.version,
            answer,
        })
    }

    /// Put the same discovery again: same transaction, fresh REQUEST-ID. Does not wait.
    ///
    /// # Errors
    ///
    /// [`FlowError::Unknown`].
    pub fn discover_again(&self, transaction_id: &str) -> Result<(), FlowError> {
        let callback = self
            .world
            .change(|state| {
                let record = state.discoveries.get_mut(transaction_id)?;
                Some(record.question.repeat(&self.world))
            })
            .ok_or_else(|| FlowError::Unknown(transaction_id.to_owned()))?;
        callbacks::send(&self.world, callback);
        Ok(())
    }

    /// Choose care contexts that a discovery offered, and wait for the HIP's link reference.
    ///
    /// In the version of the discovery, and so is [`Self::link_confirm`].
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
            Callback::new(&self.world, &discovery.facility, path, body).in_version(version);
        let request_id = callback.request_id.clone();
        self.world.change(|state| {
            let record = link::InitRecord {
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

    /// Confirm a link with the OTP, as text or as a number, and wait for the HIP's list of what is linked now.
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
        let callback = Callback::new(&self.world, &facility, path, body).in_version(version);
        let request_id = callback.request_id.clone();
        self.world.change(|state| {
            let record = link::ConfirmRecord { init_request_id, answer: None };
            state.confirms.insert(request_id.clone(), record);
        });
        callbacks::send(&self.world, callback);
        self.wait(Operation::OnConfirm, |state| state.confirms.get(&request_id)?.answer.clone())
            .await?
            .map_err(FlowError::Refused)
    }

    /// The care contexts that the gateway holds as linked, in the order they were linked.
    pub fn linked(&self, abha_address: &str) -> Vec<CareContext> {
        self.world.look(|state| state.links.of(abha_address).to_vec())
    }

    /// Grant what an HIU asked for: make the artefact, notify the HIP, wait for its OK.
    ///
    /// Returns the id of the consent artefact.
    ///
    /// # Errors
    ///
    /// [`FlowError::Unknown`] for the consent request, [`FlowError::Silence`],
    /// [`FlowError::Refused`].
    pub async fn grant(&self, consent_request_id: &str, grant: Grant) -> Result<String, FlowError> {
        let consent_id = self.sign(consent_request_id, grant)?;
        self.notify(&consent_id, ConsentStatus::Granted, Artefact::Whole).await?;
        Ok(consent_id)
    }

    /// Make the artefact and tell nobody: for a request that overtakes its consent.
    ///
    /// # Errors
    ///
    /// [`FlowError::Unknown`] for the consent request.
    pub fn sign(&self, consent_request_id: &str, grant: Grant) -> Result<String, FlowError> {
        let consent_id = self.world.draw.id();
        let signed = self.world.change(|state| {
            let request = state.requested.get(consent_request_id)?.clone();
            let hip_name = state.register.facility_name(&request.facility).unwrap_or_default();
            let linked = state.links.of(&request.abha_address);
            let detail = consent::artefact(&consent_id, &request, grant, hip_name, linked);
            let record = consent::ConsentRecord::new(request, detail);
            state.consents.insert(consent_id.clone(), record);
            Some(())
        });
        match signed {
            Some(()) => Ok(consent_id),
            None => Err(FlowError::Unknown(consent_request_id.to_owned())),
        }
    }

    /// Revoke a consent: a notification with the whole artefact.
    ///
    /// # Errors
    ///
    /// [`FlowError::Unknown`], [`FlowError::Silence`], [`FlowError::Refused`].
    pub async fn revoke(&self, consent_id: &str) -> Result<(), FlowError> {
        self.notify(consent_id, ConsentStatus::Revoked, Artefact::Whole).await
    }

    /// Let a consent expire: a notification with the id alone.
    ///
    /// # Errors
    ///
    /// [`FlowError::Unknown`], [`FlowError::Silence`], [`FlowError::Refused`].
    pub async fn expire(&self, consent_id: &str) -> Result<(), FlowError> {
        self.notify(consent_id, ConsentStatus::Expired, Artefact::Absent).await
    }

    /// Notify the HIP of a consent's status and wait for its acknowledgement.
    ///
    /// # Errors
    ///
    /// [`FlowError::Unknown`], [`FlowError::Silence`], [`FlowError::Refused`].
    pub async fn notify(
        &self,
        consent_id: &str,
        status: ConsentStatus,
        artefact: Artefact,
    ) -> Result<(), FlowError> {
        let callback = self
            .world
            .change(|state| {
                let record = state.consents.get_mut(consent_id)?;
                let signature = self.world.keys.session.sign(&record.detail);
                let body = record.notification(consent_id, status, artefact, &signature);
                let version = record.request.version;
                let path =
                    version.pick("/api/v3/consent/request/hip/notify", "/v0.5/consents/hip/notify");
                let callback = Callback::new(&self.world, &record.request.facility, path, body)
                    .in_version(version);
                record.announce(&callback.request_id, status);
                Some(callback)
            })
            .ok_or_else(|| FlowError::Unknown(consent_id.to_owned()))?;
        let request_id = callback.request_id.clone();
        callbacks::send(&self.world, callback);
        self.wait(Operation::ConsentOnNotify, |state| {
            state.consents.get(consent_id)?.answer_to(&request_id)
        })
        .await?
        .map_err(FlowError::Refused)
    }

    async fn wait<T>(
        &self,
        missing: Operation,
        probe: impl FnMut(&crate::state::State) -> Option<T>,
    ) -> Result<T, FlowError> {
        let waited = self.world.options.patience;
        self.world.wait(waited, probe).await.ok_or(FlowError::Silence { missing, waited })
    }
}
