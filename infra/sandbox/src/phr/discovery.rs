//! Discoveries that the PHR app sends, and their answers.

use serde_json::{Value, json};

use super::Phr;
use crate::gateway::callbacks;
use crate::gateway::register::AbhaHolder;
use crate::state::discovery::{DiscoveryRecord, Offer};
use crate::wire::callback::Callback;
use crate::wire::flow_error::{FlowError, HipError};
use crate::wire::operation::Operation;
use crate::wire::question::Question;
use crate::wire::version::ApiVersion;

/// One identifier of the patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// `MOBILE`, `ABHA_NUMBER`, `ABHA_ADDRESS`, `MR`, `EMAIL`, or any other text.
    pub kind: String,
    /// The value, sent unchanged.
    pub value: String,
}

impl Identifier {
    /// Creates an identifier without checking its kind or value.
    pub fn new(kind: &str, value: &str) -> Self {
        Self { kind: kind.to_owned(), value: value.to_owned() }
    }

    fn to_json(&self) -> Value {
        json!({"type": self.kind, "value": self.value})
    }
}

/// A discovery. All members are sent unchanged, even if they are invalid.
#[derive(Clone, Debug, PartialEq)]
pub struct DiscoverRequest {
    /// Service id of the facility that receives the discovery.
    pub facility: String,
    /// `patient.id`
    pub abha_address: String,
    /// `patient.name`
    pub name: String,
    /// `patient.gender`
    pub gender: String,
    /// `patient.yearOfBirth`: a number, but other implementations also send text and null.
    pub year_of_birth: Value,
    /// Identifiers verified by the gateway.
    pub verified: Vec<Identifier>,
    /// Identifiers entered by the patient; `None` leaves the member out.
    pub unverified: Option<Vec<Identifier>>,
    /// API version of the question.
    pub version: ApiVersion,
}

impl DiscoverRequest {
    /// The discovery that the app sends for `holder`.
    ///
    /// Mobile and ABHA number are verified identifiers. There is no unverified one.
    pub fn new(facility: &str, holder: &AbhaHolder) -> Self {
        Self {
            facility: facility.to_owned(),
            abha_address: holder.abha_address.clone(),
            name: holder.name.clone(),
            gender: holder.gender.clone(),
            year_of_birth: json!(holder.year_of_birth),
            verified: vec![
                Identifier::new("MOBILE", &holder.mobile),
                Identifier::new("ABHA_NUMBER", &holder.abha_number),
            ],
            unverified: Some(vec![]),
            version: ApiVersion::V3,
        }
    }

    /// Adds the patient's own record number as an unverified identifier.
    #[must_use]
    pub fn with_medical_record_number(mut self, value: &str) -> Self {
        self.unverified.get_or_insert_default().push(Identifier::new("MR", value));
        self
    }

    pub(super) fn body(&self, transaction_id: &str) -> Value {
        let list = |identifiers: &[Identifier]| -> Value {
            identifiers.iter().map(Identifier::to_json).collect()
        };
        let mut patient = json!({
            "id": self.abha_address,
            "name": self.name,
            "gender": self.gender,
            "yearOfBirth": self.year_of_birth,
            "verifiedIdentifiers": list(&self.verified),
        });
        if let Some(unverified) = &self.unverified {
            patient["unverifiedIdentifiers"] = list(unverified);
        }
        json!({"transactionId": transaction_id, "patient": patient})
    }
}

/// A discovery that the HIP answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovery {
    /// Transaction id, which the link init that follows repeats.
    pub transaction_id: String,
    /// The REQUEST-ID of the discover callback.
    pub request_id: String,
    /// Service id of the facility.
    pub facility: String,
    /// ABHA address of the patient.
    pub abha_address: String,
    /// API version of the question; the link uses the same.
    pub version: ApiVersion,
    /// The offer, or the HIP's error.
    pub answer: Result<Offer, HipError>,
}

impl Phr {
    /// Asks a facility for the patient's care contexts, and waits for its on-discover.
    ///
    /// # Errors
    ///
    /// [`FlowError::Silence`]. If the HIP finds no patient, this returns `Ok`: see [`Discovery::answer`].
    pub async fn discover(&self, request: DiscoverRequest) -> Result<Discovery, FlowError> {
        let path = request
            .version
            .pick("/api/v3/hip/patient/care-context/discover", "/v0.5/care-contexts/discover");
        let transaction_id = self.world.draw.id();
        let body = request.body(&transaction_id);
        let callback = Callback::new(&self.world.draw, &request.facility, path, body)
            .in_version(request.version);
        let request_id = callback.request_id.clone();
        self.world.change(|state| {
            let record = DiscoveryRecord {
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

    /// Sends the same discovery again: same transaction id, new REQUEST-ID. Does not wait for the answer.
    ///
    /// # Errors
    ///
    /// [`FlowError::Unknown`].
    pub fn discover_again(&self, transaction_id: &str) -> Result<(), FlowError> {
        let callback = self
            .world
            .change(|state| {
                let record = state.discoveries.get_mut(transaction_id)?;
                Some(record.question.repeat(&self.world.draw))
            })
            .ok_or_else(|| FlowError::Unknown(transaction_id.to_owned()))?;
        callbacks::send(&self.world, callback);
        Ok(())
    }
}
