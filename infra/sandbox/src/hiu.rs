//! The health information user: requests consents and data, receives the pages and decrypts them.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Months, Utc};
use serde_json::Value;

use crate::gateway::callbacks;
use crate::phr::consent::RequestedConsent;
use crate::run::clock;
use crate::wire::flow_error::FlowError;
use crate::wire::operation::Operation;
use crate::wire::version::ApiVersion;
use crate::world::World;

pub(crate) mod decrypt;
pub(crate) mod delivery;
pub(crate) mod document;
mod field;
pub(crate) mod key_form;
pub(crate) mod key_pair;
mod montgomery;
pub(crate) mod push;
pub(crate) mod reuse;
pub(crate) mod transaction;
#[cfg(test)]
mod vectors;
mod verdict;
mod weierstrass;

use delivery::{Delivery, Incomplete};
use key_form::KeyFormat;

/// A consent request of an HIU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentRequest {
    /// ABHA address of the patient.
    pub abha_address: String,
    /// Service id of the facility.
    pub facility: String,
    /// `purpose.code`; `CAREMGT` is care management.
    pub purpose_code: String,
    /// `purpose.text`
    pub purpose_text: String,
    /// The requested hi types.
    pub hi_types: Vec<String>,
    /// Permitted range of record dates.
    pub date_range: (DateTime<Utc>, DateTime<Utc>),
    /// When the data must be deleted and no more may be sent.
    pub data_erase_at: DateTime<Utc>,
    /// API version in which the HIP is notified of the consent.
    pub version: ApiVersion,
}

impl ConsentRequest {
    /// A consent request for care management: all eight hi types, the last ten years, valid for one month.
    pub fn new(abha_address: &str, facility: &str) -> Self {
        let now = clock::now();
        let hi_types = [
            "OPConsultation",
            "Prescription",
            "DischargeSummary",
            "DiagnosticReport",
            "ImmunizationRecord",
            "HealthDocumentRecord",
            "WellnessRecord",
            "Invoice",
        ];
        Self {
            abha_address: abha_address.to_owned(),
            facility: facility.to_owned(),
            purpose_code: "CAREMGT".to_owned(),
            purpose_text: "Care Management".to_owned(),
            hi_types: hi_types.map(str::to_owned).to_vec(),
            date_range: (now - Months::new(120), now),
            data_erase_at: now + Months::new(1),
            version: ApiVersion::V3,
        }
    }
}

/// A request for the data of one consent. Sent unchanged, even if it is invalid: the HIP must check it.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthInformationRequest {
    /// The consent artefact, known to the simulator or not.
    pub consent_id: String,
    /// Requested range of dates; `None` requests the consent's whole range.
    pub date_range: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Key format of the HIU.
    pub key_format: KeyFormat,
    /// The facility that receives the request; `None` uses the consent's facility.
    pub facility: Option<String>,
    /// Expiry of the HIU's key; `None` means one day from now.
    pub key_expiry: Option<DateTime<Utc>>,
    /// API version of the request.
    pub version: ApiVersion,
    /// Merged into the body before it is sent (JSON merge patch, RFC 7396): null removes a member.
    ///
    /// For requests that are wrong on purpose, such as
    /// `{"hiRequest":{"dataPushUrl":"http://127.0.0.1:1/"}}`.
    pub patch: Value,
}

impl HealthInformationRequest {
    /// A valid request in v3 for the consent's whole range of dates.
    pub fn new(consent_id: &str, key_format: KeyFormat) -> Self {
        Self {
            consent_id: consent_id.to_owned(),
            date_range: None,
            key_format,
            facility: None,
            key_expiry: None,
            version: ApiVersion::V3,
            patch: Value::Null,
        }
    }
}

/// The health information user. Cheap to clone.
#[derive(Clone)]
pub struct Hiu {
    world: Arc<World>,
}

impl Hiu {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self { world }
    }

    /// Sends a consent request to the patient. The HIP is not involved; [`Phr::grant`](crate::Phr::grant) continues.
    ///
    /// Returns the id of the consent request.
    pub fn request_consent(&self, request: ConsentRequest) -> String {
        let id = self.world.draw.id();
        let requested = RequestedConsent {
            abha_address: request.abha_address,
            facility: request.facility,
            purpose_code: request.purpose_code,
            purpose_text: request.purpose_text,
            hi_types: request.hi_types,
            date_range: request.date_range,
            data_erase_at: request.data_erase_at,
            version: request.version,
        };
        self.world.change(|state| state.requested.insert(id.clone(), requested));
        id
    }

    /// Requests data from the HIP with a new key pair and nonce, and waits for its on-request.
    ///
    /// Returns the transaction id.
    ///
    /// # Errors
    ///
    /// [`FlowError::Silence`], [`FlowError::Refused`]. Use [`Self::ask`] to keep the transaction id
    /// of a refused request.
    pub async fn request(&self, request: HealthInformationRequest) -> Result<String, FlowError> {
        let transaction_id = self.ask(request);
        self.acknowledged(&transaction_id).await?;
        Ok(transaction_id)
    }

    /// Requests data from the HIP and does not wait. Returns the transaction id.
    pub fn ask(&self, request: HealthInformationRequest) -> String {
        let (transaction, callback) = transaction::prepare(&self.world, request);
        let id = transaction.id.clone();
        self.world.change(|state| state.transactions.insert(id.clone(), transaction));
        callbacks::send(&self.world, callback);
        id
    }

    /// Sends the same request again with a new REQUEST-ID, as an HIU does that got no answer.
    ///
    /// # Errors
    ///
    /// [`FlowError::Unknown`].
    pub fn ask_again(&self, transaction_id: &str) -> Result<(), FlowError> {
        let callback = self
            .world
            .change(|state| {
                let transaction = state.transactions.get_mut(transaction_id)?;
                Some(transaction.question.repeat(&self.world.draw))
            })
            .ok_or_else(|| FlowError::Unknown(transaction_id.to_owned()))?;
        callbacks::send(&self.world, callback);
        Ok(())
    }

    /// Waits for the HIP's on-request.
    ///
    /// # Errors
    ///
    /// [`FlowError::Silence`], [`FlowError::Refused`].
    pub async fn acknowledged(&self, transaction_id: &str) -> Result<(), FlowError> {
        let waited = self.world.options.patience;
        self.world
            .wait(waited, |state| state.transactions.get(transaction_id)?.acknowledged.clone())
            .await
            .ok_or(FlowError::Silence { missing: Operation::OnRequest, waited })?
            .map_err(FlowError::Refused)
    }

    /// The transactions that the HIP accepted and has not closed.
    pub fn open_transactions(&self) -> Vec<String> {
        self.world.look(|state| {
            let open = state.transactions.values().filter(|it| it.is_open());
            open.map(|transaction| transaction.id.clone()).collect()
        })
    }

    /// The current state of a transfer; `None` for an unknown transaction.
    pub fn received(&self, transaction_id: &str) -> Option<Delivery> {
        self.world.look(|state| Some(state.transactions.get(transaction_id)?.delivery()))
    }

    /// Waits until the HIP has closed the transaction and all announced pages have arrived.
    ///
    /// A transaction that was closed as FAILED is complete, even if pages are missing.
    ///
    /// # Errors
    ///
    /// [`Incomplete`] if `limit` has passed, with the state at that time.
    pub async fn wait_until_complete(
        &self,
        transaction_id: &str,
        limit: Duration,
    ) -> Result<Delivery, Incomplete> {
        let complete = self
            .world
            .wait(limit, |state| {
                let transaction = state.transactions.get(transaction_id)?;
                transaction.is_complete().then(|| transaction.delivery())
            })
            .await;
        complete.ok_or_else(|| Incomplete {
            waited: limit,
            so_far: self.received(transaction_id).map(Box::new),
        })
    }
}
