//! Granting and revoking consents, and the notifications to the HIP.

use chrono::{DateTime, Utc};

use super::Phr;
use super::consent::{Artefact, ConsentRecord, ConsentStatus, Grant, artefact};
use crate::gateway::callbacks;
use crate::wire::callback::Callback;
use crate::wire::flow_error::FlowError;
use crate::wire::operation::Operation;

impl Phr {
    /// Grants a consent request: creates the artefact, notifies the HIP and waits for its acknowledgement.
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

    /// Creates the artefact without notifying the HIP.
    ///
    /// For tests in which the health information request arrives before the consent notification.
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
            let detail = artefact(&consent_id, &request, grant, hip_name, linked);
            let record = ConsentRecord::new(request, detail);
            state.consents.insert(consent_id.clone(), record);
            Some(())
        });
        match signed {
            Some(()) => Ok(consent_id),
            None => Err(FlowError::Unknown(consent_request_id.to_owned())),
        }
    }

    /// Revokes a consent: sends a notification with the whole artefact.
    ///
    /// # Errors
    ///
    /// [`FlowError::Unknown`], [`FlowError::Silence`], [`FlowError::Refused`].
    pub async fn revoke(&self, consent_id: &str) -> Result<(), FlowError> {
        self.notify(consent_id, ConsentStatus::Revoked, Artefact::Whole).await
    }

    /// Expires a consent: sends a notification with only status and id.
    ///
    /// # Errors
    ///
    /// [`FlowError::Unknown`], [`FlowError::Silence`], [`FlowError::Refused`].
    pub async fn expire(&self, consent_id: &str) -> Result<(), FlowError> {
        self.notify(consent_id, ConsentStatus::Expired, Artefact::Absent).await
    }

    /// Notifies the HIP of a consent's status and waits for its acknowledgement.
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
        self.announce(consent_id, (status, artefact), None).await
    }

    /// Like [`Self::notify`], but with the given TIMESTAMP.
    ///
    /// A TIMESTAMP in the past simulates a notification that arrives after a later one.
    ///
    /// # Errors
    ///
    /// [`FlowError::Unknown`], [`FlowError::Silence`], [`FlowError::Refused`].
    pub async fn notify_dated(
        &self,
        consent_id: &str,
        status: ConsentStatus,
        artefact: Artefact,
        dated: DateTime<Utc>,
    ) -> Result<(), FlowError> {
        self.announce(consent_id, (status, artefact), Some(dated)).await
    }

    async fn announce(
        &self,
        consent_id: &str,
        (status, artefact): (ConsentStatus, Artefact),
        dated: Option<DateTime<Utc>>,
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
                let callback =
                    Callback::new(&self.world.draw, &record.request.facility, path, body)
                        .in_version(version);
                record.announce(&callback.request_id, status);
                Some(callback)
            })
            .ok_or_else(|| FlowError::Unknown(consent_id.to_owned()))?;
        let request_id = callback.request_id.clone();
        let callback = match dated {
            Some(at) => callback.dated(at),
            None => callback,
        };
        callbacks::send(&self.world, callback);
        self.wait(Operation::ConsentOnNotify, |state| {
            state.consents.get(consent_id)?.answer_to(&request_id)
        })
        .await?
        .map_err(FlowError::Refused)
    }
}
